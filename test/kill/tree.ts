import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';

/** What is below a folder: path → entry. Sockets and pipes are left out: they are of processes, not of state. */
export type Tree = ReadonlyMap<string, Entry>;
type Entry =
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'file'; readonly mode: number; readonly content: Buffer };

/** A file so large is read again only when it was written again: to start a program costs as much as this process has in memory. */
const large = 65_536;
const kept = new Map<string, { readonly written: string; readonly content: Buffer }>();

const contentOf = (path: string, { size, ino, ctimeMs }: Stats): Buffer => {
  if (size < large) return readFileSync(path);
  const written = `${ino} ${ctimeMs} ${size}`;
  const known = kept.get(path);
  if (known?.written === written) return known.content;
  const content = readFileSync(path);
  kept.set(path, { written, content });
  return content;
};

export const readTree = (root: string): Tree => {
  const tree = new Map<string, Entry>();
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = lstatSync(join(root, path));
      if (stat.isSymbolicLink()) tree.set(path, { kind: 'link', to: readlinkSync(join(root, path)) });
      else if (stat.isFile())
        tree.set(path, { kind: 'file', mode: stat.mode & 0o777, content: contentOf(join(root, path), stat) });
      else if (stat.isDirectory()) {
        tree.set(path, { kind: 'folder' });
        walk(path);
      }
    }
  };
  walk('');
  return tree;
};

const same = (a: Entry | undefined, b: Entry | undefined): boolean => {
  if (a?.kind === 'file' && b?.kind === 'file') return a.mode === b.mode && a.content.equals(b.content);
  if (a?.kind === 'link' && b?.kind === 'link') return a.to === b.to;
  return a?.kind === b?.kind;
};

/** Makes the folder what it was, touching only what differs. `keep`: paths that are not looked at. */
export const restoreTree = (root: string, wanted: Tree, keep: (path: string) => boolean): void => {
  const is = readTree(root);
  for (const [path, entry] of is) {
    const old = wanted.get(path);
    if (!keep(path) && old?.kind !== entry.kind) rmSync(join(root, path), { recursive: true, force: true });
  }
  for (const [path, entry] of wanted) {
    if (keep(path) || same(is.get(path), entry)) continue;
    const at = join(root, path);
    if (entry.kind === 'folder') mkdirSync(at, { recursive: true });
    else {
      rmSync(at, { force: true });
      if (entry.kind === 'link') symlinkSync(entry.to, at);
      else {
        writeFileSync(at, entry.content);
        chmodSync(at, entry.mode);
      }
    }
  }
};

/** One line a path, to be compared and shown. `content` may put something else for a file's bytes, or leave the path out (undefined). */
export const listTree = (
  tree: Tree,
  content: (path: string, bytes: Buffer) => string | undefined = (_, bytes) =>
    createHash('sha1').update(bytes).digest('hex').slice(0, 12),
): readonly string[] =>
  [...tree]
    .flatMap(([path, entry]) => {
      if (entry.kind === 'folder') return content(path, Buffer.alloc(0)) === undefined ? [] : [`${path}/`];
      if (entry.kind === 'link') return content(path, Buffer.alloc(0)) === undefined ? [] : [`${path} -> ${entry.to}`];
      const shown = content(path, entry.content);
      return shown === undefined ? [] : [`${path} ${entry.mode.toString(8)} ${shown}`];
    })
    .sort();
