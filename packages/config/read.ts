import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ok, fail } from '#fault';
import type { Result } from '#fault';

const names = ['landfall.yml', 'landfall.yaml'];

/** landfall.yml as found: `text` is left out where there is none, and none was asked for. */
export type ConfigFile = { readonly file: string; readonly text?: string };

/**
 * Reads landfall.yml (or .yaml) in the workspace, or the file that the input `config` names.
 * Faults: INPUT_INVALID where the named file is missing, or a file is there and cannot be read.
 */
export const readConfig = (workspace: string, named?: string): Result<ConfigFile> => {
  for (const file of named === undefined ? names : [named]) {
    try {
      return ok({ file, text: readFileSync(resolve(workspace, file), 'utf8') });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && named === undefined) continue;
      const what =
        code === 'ENOENT'
          ? `there is no file ${file} in ${workspace}`
          : `${file} cannot be read (${code ?? 'unknown'})`;
      const next = 'Check the input config, and that actions/checkout ran before.';
      return fail({ code: 'INPUT_INVALID', what, next, problems: [{ where: 'input config', what }] });
    }
  }
  return ok({ file: names[0] ?? 'landfall.yml' });
};
