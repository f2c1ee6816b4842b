import { posix } from 'node:path';
import type { Entry } from './tree.ts';

/** A path of the release that outlives it. A folder is made in `shared` when it is missing; a file is left to the application. */
export type Shared = { readonly path: string; readonly kind: 'file' | 'folder' };

/**
 * The key `shared` as paths with their kinds: a folder if the commit has it as one, else by its name (`db.sqlite3` has an ending).
 * `.env` is not among them, for it always comes from `shared`.
 */
export const declaredShared = (paths: readonly string[], entries: readonly Pick<Entry, 'path'>[]): readonly Shared[] =>
  paths
    .map((path) => posix.normalize(path).replace(/\/$/, ''))
    .filter((path) => path !== '.env' && path !== '.')
    .map((path) => {
      const folder = entries.some((entry) => entry.path.startsWith(`${path}/`));
      const file = !folder && (posix.extname(path) !== '' || entries.some((entry) => entry.path === path));
      return { path, kind: file ? 'file' : 'folder' };
    });

/** Without those that lie below another, or are there twice: the outer link carries them. */
export const shareable = (all: readonly Shared[]): readonly Shared[] =>
  all.filter(
    ({ path }, at) =>
      !all.some((other, index) => path.startsWith(`${other.path}/`) || (other.path === path && index < at)),
  );

/** As the programs take them: a `/` at the end says that it is a folder. */
export const sharedArguments = (all: readonly Shared[]): readonly string[] =>
  shareable(all).map(({ path, kind }) => (kind === 'folder' ? `${path}/` : path));
