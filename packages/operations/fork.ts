import { Failure } from '#fault';
import type { RunContext } from '#plan';

/** Refuses a run that is about a fork's commits, whatever rights it was given. Before anything is read or connected. Throws FORK_REFUSED. */
export const refuseFork = ({ context: { fork, event } }: { readonly context: RunContext }): void => {
  if (fork === undefined) return;
  throw new Failure({
    code: 'FORK_REFUSED',
    what: `this run (${event ?? 'of an unknown event'}) is about commits of ${fork}, a fork: no host is connected to`,
    next: 'Run only what needs no host for pull requests of forks. Deploy what is merged: from `push` to a branch of this repository, or by `workflow_dispatch`.',
  });
};
