import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Check, ReadFile } from '#config';
import type { Problem } from '#fault';
import { filesLimit } from './content.ts';

/** Files of the checkout at `root`, never of elsewhere: a symlink that leads out of it is not followed. */
export const filesOf =
  (root: string): ReadFile =>
  (path) => {
    try {
      const real = realpathSync(join(root, path));
      if (!real.startsWith(realpathSync(root) + sep)) return `${path} leads out of the checkout`;
      const found = statSync(real);
      if (!found.isFile()) return `${path} is no file`;
      if (found.size > filesLimit) return `${path} is larger than ${filesLimit / 1024 / 1024} MB`;
      return readFileSync(real);
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return missing ? `there is no file ${path} in the checkout` : `the file ${path} cannot be read`;
    }
  };

/** The files that checks send and that are not there, as problems of the input. */
export const fileProblems = (read: ReadFile, checks: readonly Check[]): readonly Problem[] => {
  const named = checks.flatMap(({ file, upload = {} }) => [file, ...Object.values(upload).map((part) => part.file)]);
  return [...new Set(named)].flatMap((path) => {
    const found = path === undefined ? undefined : read(path);
    if (typeof found !== 'string') return [];
    return [
      { where: 'checks', what: `a check sends a file: ${found}`, next: 'Commit it, and run actions/checkout before.' },
    ];
  });
};
