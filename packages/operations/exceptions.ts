import { filesOf } from '#check';
import { readIgnoreFile } from '#config';
import type { Problem } from '#fault';
import type { Found } from '#scan';

/** Findings that are excepted, and what is wrong with the file that says so. */
export type Excepting = { readonly exceptions: Found['exceptions']; readonly problems: readonly Problem[] };

/** Reads an ignore file of the workspace: the one that is named, which must be there; else `usual`, if there is one. */
export const exceptionsOf = (workspace: string, named: string | undefined, usual?: string): Excepting => {
  const file = named ?? usual;
  if (file === undefined) return { exceptions: undefined, problems: [] };
  const content = filesOf(workspace)(file);
  if (typeof content === 'string')
    return {
      exceptions: undefined,
      problems:
        named !== undefined || !content.startsWith('there is no') ? [{ where: 'ignore-file', what: content }] : [],
    };
  const { exceptions, problems } = readIgnoreFile(Buffer.from(content).toString('utf8'), file);
  return { exceptions: { file, entries: exceptions }, problems };
};
