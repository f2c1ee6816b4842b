/**
 * `keptBundle`, or `node scripts/kept-bundle.ts DIR`: the bundles of the sources as they are, for tests. They are built once for all tiers, for
 * as long as nothing changes that they are made of.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** What a bundle is made of, below the root. */
const sources = [
  'actions/**/*',
  'packages/**/*',
  'package.json',
  'package-lock.json',
  // what is installed
  'node_modules/.package-lock.json',
  'tsconfig.json',
  'scripts/b{uild,undle}.ts',
];

/** One name for all these bytes. */
const nameOf = (root: string): string => {
  const hash = createHash('sha256').update(process.version);
  const files = globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
};

/** Puts into `out`, which is emptied first, what `npm run build` would build there. Two at once may both build; one of the two is kept. */
export const keptBundle = async (root: string, out: string): Promise<void> => {
  if (`${root}/`.startsWith(`${out}/`)) throw new Error(`${out} holds the sources`);
  const folder = join(root, '.cache', 'bundles');
  const name = nameOf(root);
  const kept = join(folder, name);
  if (!existsSync(kept)) {
    const fresh = `${kept}.${process.pid}`;
    // in a process of its own: to start a program costs as much as who starts it has in memory
    const words = [join(import.meta.dirname, 'build.ts'), '--root', root, '--out', fresh];
    await promisify(execFile)(process.execPath, words, { cwd: join(import.meta.dirname, '..') });
    try {
      renameSync(fresh, kept);
    } catch (thrown) {
      rmSync(fresh, { recursive: true, force: true });
      if (!existsSync(kept)) throw thrown;
    }
    // those of other sources have served; what is being built is its builder's
    for (const other of readdirSync(folder))
      if (other !== name && !other.includes('.')) rmSync(join(folder, other), { recursive: true, force: true });
  }
  rmSync(out, { recursive: true, force: true });
  cpSync(kept, out, { recursive: true });
};

if (process.argv[1] === import.meta.filename) {
  const [, , out] = process.argv;
  if (out === undefined) throw new Error('which folder?');
  await keptBundle(join(import.meta.dirname, '..'), resolve(out));
}
