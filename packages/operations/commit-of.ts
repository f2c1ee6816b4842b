import { createHash } from 'node:crypto';
import { must } from '#fault';
import { git, parts } from '#git';
import type { RunContext } from '#plan';
import type { Commit } from '#image';

/** The commit of the checkout, and what differs from it. */
export type Checkout = Commit & {
  /** A hash of what differs from the commit in `paths`; undefined: nothing does. What git ignores is taken for made of the commit. */
  readonly changed: { readonly hash: string; readonly files: readonly string[] } | undefined;
};

/** What git says of the checkout. Throws SOURCE_UNFIT. */
export const checkoutOf = async (
  workspace: string,
  { repository, url }: Pick<RunContext, 'repository' | 'url'>,
  paths: readonly string[],
): Promise<Checkout> => {
  const ask = async (words: readonly string[], input?: Buffer): Promise<Buffer> =>
    must(await git(workspace, words, input));
  const [id = '', time = ''] = (await ask(['show', '--no-patch', '--format=%H %ct', 'HEAD'])).toString().trim().split(' '); // prettier-ignore
  const page = url.replace(/\/actions\/runs\/.*$/, '');
  return {
    id,
    time: Number(time),
    repository,
    source: page === url ? undefined : page,
    changed: await changedIn(ask, paths),
  };
};

type Ask = (words: readonly string[], input?: Buffer) => Promise<Buffer>;

const changedIn = async (ask: Ask, paths: readonly string[]): Promise<Checkout['changed']> => {
  const tracked = await ask(['diff', '--no-ext-diff', '--no-color', '--name-only', '-z', 'HEAD', '--', ...paths]);
  const untracked = await ask(['ls-files', '--others', '--exclude-standard', '-z', '--', ...paths]);
  const names = [...parts(tracked), ...parts(untracked)].map((name) => name.toString());
  if (names.length === 0) return undefined;
  const hash = createHash('sha256').update(untracked);
  hash.update(await ask(['diff', '--no-ext-diff', '--no-color', '--binary', 'HEAD', '--', ...paths]));
  const added = Buffer.from(untracked.toString('latin1').replaceAll('\0', '\n'), 'latin1');
  if (added.length > 0) hash.update(await ask(['hash-object', '--no-filters', '--stdin-paths'], added));
  return { hash: hash.digest('hex'), files: names };
};
