/** Is dist/ what the sources give, byte for byte? */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { keptBundle } from '../kept-bundle.ts';

const filesOf = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();

/** Builds into a temporary directory and names each file of dist/ that differs, is missing, or is not built any more. */
export const distProblems = async (root: string): Promise<readonly string[]> => {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) return ['dist/ is missing: npm run build'];
  const fresh = mkdtempSync(join(root, '.cache', 'dist-'));
  try {
    await keptBundle(root, fresh);
    const names = new Set([...filesOf(dist), ...filesOf(fresh)]);
    const read = (dir: string, name: string) =>
      existsSync(join(dir, name)) ? readFileSync(join(dir, name)) : undefined;
    const stale = [...names].filter((name) => {
      const [a, b] = [read(dist, name), read(fresh, name)];
      return a === undefined || b === undefined || !a.equals(b);
    });
    return stale.map((name) => `dist/${name} is not what the sources give: npm run build`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
};
