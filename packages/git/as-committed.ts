import { git, parts } from './git.ts';

/** The files, below `root`, that are in the checkout just as the commit has them. None where git knows of no commit. */
export const asCommitted = async (root: string): Promise<ReadonlySet<string>> => {
  const [tracked, changed] = await Promise.all([
    git(root, ['ls-files', '-z']),
    git(root, ['diff', '--name-only', '--relative', '-z', 'HEAD']),
  ]);
  if (!tracked.ok || !changed.ok) return new Set();
  const other = new Set(parts(changed.value).map(String));
  return new Set(
    parts(tracked.value)
      .map(String)
      .filter((path) => !other.has(path)),
  );
};
