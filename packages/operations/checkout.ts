import { createHash } from 'node:crypto';
import { must } from '#fault';
import { git, parts } from '#git';
import type { RunContext } from '#plan';
import type { Commit } from '#image';

/** The commit of the checkout, and what differs from it. */
export type Checkout = Commit & {
  /** What the build sees and is not of the commit; undefined: nothing. What git ignores is taken for made of the commit. */
  readonly changed: { readonly hash: string; readonly files: readonly string[] } | undefined;
};

/**
 * What git says of the checkout. Throws SOURCE_UNFIT.
 * @param sees whether the build sees a file, by its path below the workspace
 */
export const checkoutOf = async (
  workspace: string,
  { repository, url }: Pick<RunContext, 'repository' | 'url'>,
  sees: (path: string) => boolean,
): Promise<Checkout> => {
  const ask = async (words: readonly string[], input?: Buffer): Promise<Buffer> =>
    must(await git(workspace, words, input));
  const shown = (await ask(['show', '--no-patch', '--format=%H %ct', 'HEAD'])).toString().trim();
  const [id = '', time = ''] = shown.split(' ');
  const page = url.replace(/\/actions\/runs\/.*$/, '');
  const changed = await changedIn(ask, sees);
  return { id, time: Number(time), repository, source: page === url ? undefined : page, changed };
};

/**
 * Is a commit before another one? By git's history where the checkout has enough of it, else by the times that the commits have.
 * @param created when the other was made, as its image's label says
 */
export const isBefore = async (
  workspace: string,
  { id, time }: Pick<Commit, 'id' | 'time'>,
  other: { readonly id: string; readonly created: string },
): Promise<boolean> => {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(other.id) || other.id === id) return false;
  const [base, shallow] = await Promise.all([
    git(workspace, ['merge-base', id, other.id]),
    git(workspace, ['rev-parse', '--is-shallow-repository']),
  ]);
  if (base.ok && base.value.toString().trim() === id) return true;
  if (base.ok && shallow.ok && shallow.value.toString().trim() === 'false') return false;
  return Date.parse(other.created) > time * 1000;
};

type Ask = (words: readonly string[], input?: Buffer) => Promise<Buffer>;

const changedIn = async (ask: Ask, sees: (path: string) => boolean): Promise<Checkout['changed']> => {
  const diff = ['diff', '--no-ext-diff', '--no-renames', '--relative', '--name-only', '-z'];
  const names = async (words: readonly string[]): Promise<readonly string[]> =>
    parts(await ask(words))
      .map((name) => name.toString())
      .filter(sees);
  const deleted = await names([...diff, '--diff-filter=D', 'HEAD']);
  const altered = await names([...diff, '--diff-filter=d', 'HEAD']);
  const added = await names(['ls-files', '--others', '--exclude-standard', '-z']);
  const there = [...altered, ...added];
  const files = [...there, ...deleted];
  if (files.length === 0) return undefined;
  // a repository within this one is listed as a folder, which has no content of its own
  const paths = there.filter((name) => !name.endsWith('/')).map((name) => `${name}\n`);
  const contents = await ask(['hash-object', '--no-filters', '--stdin-paths'], Buffer.from(paths.join('')));
  return {
    hash: createHash('sha256')
      .update(JSON.stringify([there, deleted]))
      .update(contents)
      .digest('hex'),
    files,
  };
};
