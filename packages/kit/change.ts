import type { ChangeEvent } from '#plan';

type Json = Readonly<Record<string, unknown>>;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (found as Json | null | undefined)?.[key], value);

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const branchOf = (ref: string | undefined): string | undefined =>
  ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : undefined;

/**
 * What the event says of the change that the run is about. A queue of merges is a pull request into its branch.
 * docs.github.com/webhooks/webhook-events-and-payloads: `pull_request`, `merge_group`, `push`.
 */
export const changeOf = (payload: unknown, ref: string): ChangeEvent | undefined => {
  const pull = pullOf(
    text(at(payload, 'pull_request', 'base', 'ref')) ?? branchOf(text(at(payload, 'merge_group', 'base_ref'))),
    text(at(payload, 'pull_request', 'base', 'sha')) ?? text(at(payload, 'merge_group', 'base_sha')),
    text(at(payload, 'pull_request', 'head', 'sha')) ?? text(at(payload, 'merge_group', 'head_sha')),
  );
  const event = {
    pull,
    defaultBranch: text(at(payload, 'repository', 'default_branch')),
    branch: branchOf(ref),
    before: text(at(payload, 'before')),
  };
  const given = Object.entries(event).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

const pullOf = (base?: string, baseCommit?: string, head?: string): ChangeEvent['pull'] =>
  base === undefined || baseCommit === undefined || head === undefined ? undefined : { base, baseCommit, head };
