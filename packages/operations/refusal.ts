import { Failure } from '#fault';
import type { FaultCode } from '#fault';
import type { Found } from '#plan';
import type { Wish } from '#journal';

const next: Partial<Record<FaultCode, string>> = {
  TX_NOTHING_SWITCHED: 'Switch first: `phase: switch`, or a deploy with `commit: later`, in this run.',
  TX_UNDONE:
    'Re-run all jobs, so that the release is deployed anew; re-running only the failed ones cannot bring it back.',
  TX_ROLLED_BACK: 'Start a new run for the commit that shall serve: this one was left on purpose.',
  TX_HELD:
    'Look at the host. When it is mended, take the transaction back again by the line above, or by `phase: abort`.',
  RELEASE_AMBIGUOUS: 'Deploy first: nothing was ever deployed here.',
};

/** The fault for what the table of found states refuses, naming who is in the way and the line that undoes by hand. */
export const refusal = (code: FaultCode, wish: Wish, found: Found, undoLine: string): Failure => {
  const who =
    found.claim === undefined ? '' : `, opened by ${found.claim.actor} (${found.claim.url || found.claim.run})`;
  const what: Partial<Record<FaultCode, string>> = {
    TX_BUSY: `${wish}: t${found.number} is ${found.phase} and another run's${who}`,
    TX_HELD: `${wish}: t${found.number} is held, for its undo failed${who}`,
    TX_UNDONE: `${wish}: what this run deployed was undone; ${found.current || 'nothing'} serves`,
    TX_ROLLED_BACK: `${wish}: what this run deployed was rolled back since; ${found.current || 'nothing'} serves`,
    TX_NOTHING_SWITCHED: `${wish}: this run has switched nothing; t${found.number} is ${found.phase}`,
    RELEASE_AMBIGUOUS: `${wish}: no release was ever deployed here`,
  };
  return new Failure({
    code,
    what: what[code] ?? `${wish}: refused`,
    said: code === 'TX_BUSY' || code === 'TX_HELD' ? [undoLine] : [],
    next:
      next[code] ??
      `Wait for that run, or take its transaction back: by \`phase: abort\` in a run that a person starts (workflow_dispatch), or by hand: ${undoLine}`,
  });
};
