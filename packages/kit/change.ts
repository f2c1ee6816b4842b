import type { ChangeEvent } from '#plan';
import { within } from './fork.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const nameOf = (ref: string | undefined, kind: 'heads' | 'tags'): string | undefined =>
  ref?.startsWith(`refs/${kind}/`) === true ? ref.slice(`refs/${kind}/`.length) : undefined;
const branchOf = (ref: string | undefined): string | undefined => nameOf(ref, 'heads');

/**
 * What the event says of the change that the run is about. A queue of merges is a pull request into its branch.
 * docs.github.com/webhooks/webhook-events-and-payloads: `pull_request`, `merge_group`, `push`.
 */
export const changeOf = (payload: unknown, ref: string): ChangeEvent | undefined => {
  const pull = pullOf(
    text(within(payload, 'pull_request', 'base', 'ref')) ?? branchOf(text(within(payload, 'merge_group', 'base_ref'))),
    text(within(payload, 'pull_request', 'base', 'sha')) ?? text(within(payload, 'merge_group', 'base_sha')),
    text(within(payload, 'pull_request', 'head', 'sha')) ?? text(within(payload, 'merge_group', 'head_sha')),
  );
  const event = {
    pull,
    defaultBranch: text(within(payload, 'repository', 'default_branch')),
    branch: branchOf(ref),
    before: text(within(payload, 'before')),
    tag: nameOf(ref, 'tags'),
  };
  const given = Object.entries(event).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

const pullOf = (base?: string, baseCommit?: string, head?: string): ChangeEvent['pull'] =>
  base === undefined || baseCommit === undefined || head === undefined ? undefined : { base, baseCommit, head };
