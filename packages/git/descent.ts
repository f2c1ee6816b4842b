import { parentsOf, said } from './git.ts';

/**
 * Whether the commit in the checkout is this one, or has come from it. Undefined: nobody knows, because the history in the checkout is
 * cut, or because it is none.
 */
export const comesFrom = async (root: string, commit: string): Promise<boolean | undefined> => {
  const head = await said(root, ['rev-parse', '--verify', 'HEAD^{commit}']);
  if (head === undefined) return undefined;
  if (head === commit || (await parentsOf(root, head)).includes(commit)) return true;
  if ((await said(root, ['merge-base', '--is-ancestor', commit, head])) !== undefined) return true;
  // git fails for what is not there as well: a whole history has all that the commit came from
  return (await said(root, ['rev-parse', '--is-shallow-repository'])) === 'false' ? false : undefined;
};

/** The commit that the one in the checkout was made on, by its first parent, even where the checkout lacks it. Undefined: there is none. */
export const madeOn = async (root: string): Promise<string | undefined> => {
  const head = await said(root, ['rev-parse', '--verify', 'HEAD^{commit}']);
  return head === undefined ? undefined : (await parentsOf(root, head))[0];
};
