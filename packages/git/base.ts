import type { Base, ChangeEvent } from '#plan';
import { parentsOf, said } from './git.ts';

/** What is asked for, and what GitHub says of the run. */
export type BaseAsked = {
  /** A branch, by landfall.yml. */
  readonly branch?: string | undefined;
  readonly event?: ChangeEvent | undefined;
};

type Answer = { readonly known: true; readonly base: Base } | { readonly known: false; readonly why: string };

const known = (name: string, commit: string): Answer => ({ known: true, base: { name, commit } });
const unknown = (why: string): Answer => ({ known: false, why });

const deeper = 'give actions/checkout `fetch-depth: 0`';

/**
 * The commit that the one in the checkout is compared with: of a pull request, what it would be merged into; else the commit at
 * which it left the wanted branch or the default one; on that branch itself, where it was before. Where the checkout lacks the
 * history for that, `why` says what to set.
 */
export const baseOf = async (root: string, { branch, event = {} }: BaseAsked): Promise<Answer> => {
  const head = await said(root, ['rev-parse', '--verify', 'HEAD^{commit}']);
  if (head === undefined) return unknown('the workspace is no git checkout; run actions/checkout before');
  const parents = await parentsOf(root, head);
  const { pull } = event;
  const [into] = parents;
  // the merge that GitHub made to try the pull request
  if (pull !== undefined && into !== undefined && parents[1] === pull.head && (branch ?? pull.base) === pull.base)
    return present(root, pull.base, into);
  // a group of a merge queue stands on the one before it, and not on the branch
  if (pull !== undefined && pull.head === head && (branch ?? pull.base) === pull.base)
    if (await isAncestor(root, pull.baseCommit, head)) return known(pull.base, pull.baseCommit);
  const name = branch ?? pull?.base ?? event.defaultBranch ?? (await defaultBranch(root));
  if (name === undefined) return unknown('nothing says which branch is the default one; set `base` under `test`');
  if (pull === undefined && (event.branch ?? (await currentBranch(root))) === name)
    return before(root, head, parents, event.before);
  const tip = (await tipOf(root, name)) ?? (name === pull?.base ? await existing(root, pull.baseCommit) : undefined);
  if (tip === undefined) return unknown(`the checkout has no branch ${name}; ${deeper}`);
  if ((await said(root, ['rev-parse', '--is-shallow-repository'])) !== 'false')
    return unknown(`the checkout is shallow, so nothing says where this commit left ${name}; ${deeper}`);
  const fork = await said(root, ['merge-base', tip, head]);
  if (fork === undefined) return unknown(`this commit and ${name} have no history in common`);
  return fork === head ? before(root, head, parents, undefined) : known(name, fork);
};

/** Where the branch was before the push; else the commit before; before the first one there was nothing. */
const before = async (
  root: string,
  head: string,
  [parent]: readonly string[],
  pushed: string | undefined,
): Promise<Answer> => {
  const name = 'the commit before';
  if (parent === undefined) {
    const nothing = await said(root, ['hash-object', '-t', 'tree', '--stdin']);
    return nothing === undefined ? unknown('git gave no name to an empty tree') : known('nothing', nothing);
  }
  if (pushed !== undefined && (await existing(root, pushed)) !== undefined && pushed !== head) {
    // a branch that was forced to another history did not come from there
    if (await isAncestor(root, pushed, head)) return known('what was there before the push', pushed);
  }
  return present(root, name, parent);
};

const present = async (root: string, name: string, commit: string): Promise<Answer> =>
  (await existing(root, commit)) === undefined
    ? unknown(`the checkout is shallow and lacks ${commit.slice(0, 7)}, the commit to compare with; ${deeper}`)
    : known(name, commit);

const isAncestor = async (root: string, commit: string, of: string): Promise<boolean> =>
  (await existing(root, commit)) !== undefined &&
  (await said(root, ['merge-base', '--is-ancestor', commit, of])) !== undefined;

const isId = (text: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);

const existing = async (root: string, commit: string): Promise<string | undefined> =>
  isId(commit) ? said(root, ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]) : undefined;

const tipOf = async (root: string, branch: string): Promise<string | undefined> => {
  for (const place of ['refs/remotes/origin/', 'refs/heads/']) {
    const tip = await said(root, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${place}${branch}^{commit}`,
    ]);
    if (tip !== undefined) return tip;
  }
  return undefined;
};

const currentBranch = async (root: string): Promise<string | undefined> =>
  (await said(root, ['symbolic-ref', '--quiet', 'HEAD']))?.replace(/^refs\/heads\//, '');

const defaultBranch = async (root: string): Promise<string | undefined> =>
  (await said(root, ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD']))?.replace(/^refs\/remotes\/origin\//, '');
