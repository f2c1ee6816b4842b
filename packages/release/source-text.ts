import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from './source.ts';

/** Reads regular files of a source as text, by their path; undefined: the source has no such file. */
export const textOf = ({ root, entries }: Pick<Source, 'root' | 'entries'>): ((path: string) => string | undefined) => {
  const files = new Set(entries.filter(({ type }) => type !== 'l').map(({ path }) => path));
  return (path) => (files.has(path) ? readFileSync(join(root, path), 'utf8') : undefined);
};
