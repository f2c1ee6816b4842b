import { posix } from 'node:path';
import type { Target } from '#config';
import type { Designed } from './design.ts';

type Place = Pick<Target, 'path' | 'base' | 'directory'> & Pick<Designed, 'shared'>;

/** The value of an option: `-s X`, `-sX`, `--schedule X` or `--schedule=X`. */
const valueOf = (words: readonly string[], short: string, long: string): string | undefined => {
  for (const [index, word] of words.entries()) {
    if (word === short || word === long) return words[index + 1];
    if (word.startsWith(`${long}=`)) return word.slice(long.length + 1);
    if (word.startsWith(short) && !word.startsWith('--')) return word.slice(short.length);
  }
  return undefined;
};

const covers = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

/**
 * Does a scheduler's file, by which it knows what ran last, outlive the release? Asked of Celery's only: it is a file in the
 * working directory unless its options lead elsewhere, or another scheduler is chosen (one that keeps it in the database, say).
 */
export const remembers = (words: readonly string[], { path, base, directory, shared }: Place): boolean => {
  if (!words.some((word) => word.split('/').at(-1) === 'celery')) return true;
  if (valueOf(words, '-S', '--scheduler') !== undefined) return true;
  const file = valueOf(words, '-s', '--schedule');
  if (file === undefined) return false;
  const within = file.startsWith(`${path}/`) ? file.slice(path.length + 1) : undefined;
  if (posix.isAbsolute(file) && within === undefined) return !covers(base, file) || covers(`${base}/shared`, file);
  const inRelease = posix.normalize(within ?? posix.join(directory, file));
  return shared.some((one) => covers(posix.normalize(one.path), inRelease));
};
