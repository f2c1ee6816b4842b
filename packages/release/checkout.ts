import { createHash, hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { createReadStream, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Entry } from './tree.ts';

/** Files up to this size are read in one piece. */
const small = 1 << 20;

/** What stands at a path of the checkout. */
export type Standing =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly pointer: boolean }
  | { readonly kind: 'absent' | 'folder' | 'other' }
  /** A symlink whose target is not UTF-8. */
  | { readonly kind: 'unnameable' };

const streamed = async (file: string): Promise<string> => {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file), sum);
  return sum.digest('hex');
};

/** What stands at `path`, hashed. A file that vanishes meanwhile is absent. */
export const standing = async (root: string, path: string): Promise<Standing> => {
  const file = join(root, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent' };
  if (stat.isDirectory()) return { kind: 'folder' };
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(file, 'buffer');
    if (!isUtf8(target)) return { kind: 'unnameable' };
    const entry = { type: 'l', hash: hash('sha256', target), path, bytes: 0, target: target.toString('utf8') } as const;
    return { kind: 'entry', entry, pointer: false };
  }
  if (!stat.isFile()) return { kind: 'other' };
  const type = (stat.mode & 0o100) === 0 ? 'f' : 'x';
  if (stat.size > small) {
    return { kind: 'entry', entry: { type, hash: await streamed(file), path, bytes: stat.size }, pointer: false };
  }
  const content = readFileSync(file);
  const pointer = content.length < 1024 && content.toString('latin1').startsWith('version https://git-lfs');
  return { kind: 'entry', entry: { type, hash: hash('sha256', content), path, bytes: content.length }, pointer };
};

/** Lets the connection that is being made meanwhile go on. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** All files and symlinks below a folder of the checkout, without `.git`. Names that are not UTF-8 are given as bytes. */
export const below = (root: string, folder: string): readonly (string | Buffer)[] => {
  const stat = lstatSync(join(root, folder), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [folder];
  return readdirSync(join(root, folder), { withFileTypes: true, encoding: 'buffer' }).flatMap((found) => {
    const name = found.name;
    if (!isUtf8(name)) return [Buffer.concat([Buffer.from(folder === '' ? '' : `${folder}/`), name])];
    const path = folder === '' ? name.toString('utf8') : `${folder}/${name.toString('utf8')}`;
    if (name.toString('utf8') === '.git') return [];
    return found.isDirectory() ? below(root, path) : [path];
  });
};
