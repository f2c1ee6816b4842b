import { posix } from 'node:path';
import type { Problem } from '#fault';
import { requirementLines, requirementsIncluded } from '#plan';

/** A file of requirements and all that it includes, in the order in which pip reads them. */
export type Requirements = { readonly files: ReadonlyMap<string, string>; readonly problems: readonly Problem[] };

const remote = /^(?!file:)[a-z][a-z+]*:\/\//i;
const editable = /^(?:-e|--editable)(?:\s|=)/;
/** A path, or a file: address, instead of a name and a version. */
const local = /^(?:\.{1,2}(?:\/|$)|\/|~\/|file:)|\s@\s*file:|^[^\s@=<>~!;]+\.(?:whl|tar\.gz|zip)$|^[\w.-]+\//;

/**
 * Follows a requirements file of the checkout and what it includes with -r and -c. `read` gives a file of the source, by path.
 * What cannot be told from the files alone is a problem: editable and local installs, whose code is in no hash and whose path does not last.
 */
export const requirementsOf = (path: string, read: (path: string) => string | undefined): Requirements => {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  const follow = (file: string, from: { where: string; line: number } | undefined): void => {
    if (files.has(file)) return;
    const text = read(file);
    if (text === undefined) {
      problems.push({
        ...(from ?? { where: file }),
        what:
          from === undefined
            ? 'is not among the files that are deployed'
            : `includes ${file}, which is not among the files that are deployed`,
        next: `Commit ${file}, or add it to \`include\`.`,
      });
      return;
    }
    files.set(file, text);
    for (const { number, line } of requirementLines(text)) {
      const at = { where: file, line: number };
      const included = requirementsIncluded(line)?.file;
      if (included !== undefined && !remote.test(included))
        follow(posix.normalize(posix.join(posix.dirname(file), included)), at);
      else if (editable.test(line)) {
        problems.push({
          ...at,
          what: 'an editable install points into a folder that does not last',
          next: 'Name the package and its version.',
        });
      } else if (!line.startsWith('-') && !remote.test(line) && local.test(line)) {
        problems.push({
          ...at,
          what: 'a package from a local path: its content is in no lock, and the path does not last',
          next: 'Publish it to an index, or put its folder on the import path of the application.',
        });
      }
    }
  };
  follow(path, undefined);
  return { files, problems };
};
