import type { Found, RunContext } from '#plan';
import type { History, Past } from './fold.ts';
import type { Standing, Wish } from './states.ts';

/**
 * Is the newest transaction this caller's? The same run and job, or a later attempt of that run: yes. Another job of the run
 * (a matrix leg) is another caller, except to check, confirm or abort what was left open for a later job.
 */
export const own = ({ claim }: Pick<Found, 'claim'>, context: RunContext, wish: Wish): boolean => {
  if (claim?.repository !== context.repository || claim.run !== context.runId) return false;
  if (context.attempt !== claim.attempt) return context.attempt > claim.attempt;
  if (claim.token === context.token) return true;
  return claim.commit === 'later' && ['smoke', 'confirm', 'abort', 'abort-by-hand'].includes(wish);
};

/** The last deploy of the caller's run. */
const lastDeploy = ({ transactions }: History, { repository, runId }: RunContext): Past | undefined =>
  transactions.findLast((past) => past.kind === 'deploy' && past.repository === repository && past.run === runId);

/** The live release is one that this run has prepared, in whatever attempt. */
const preparedHere = ({ release, releases }: Found, { runId }: RunContext): boolean =>
  releases.some(({ id, preparedBy }) => id === release && preparedBy.some((by) => by.startsWith(`${runId}/`)));

/**
 * Nothing is open. The run's own deploy decides, where the newest transaction is not that: another run's, or a rollback of this
 * run, does not make it unhappen.
 */
const closed = (
  phase: 'confirmed' | 'undone',
  mine: boolean,
  { found, history, context }: { found: Found; history: History; context: RunContext },
): Standing => {
  const deploy = lastDeploy(history, context);
  if (deploy !== undefined && history.left.has(deploy.number)) return 'rolled-back-own';
  if (mine && found.kind !== 'rollback') return `${phase}-own`;
  if (mine && phase === 'confirmed') return 'confirmed-own-rollback';
  // a matrix leg of this run is no other run: its newest transaction is what it is
  const ofRun = found.claim?.repository === context.repository && found.claim.run === context.runId;
  if (mine || !ofRun) {
    if (deploy?.last === 'undone') return 'undone-own';
    if (deploy !== undefined && history.serving.has(deploy.number)) return 'confirmed-own';
    // what this run prepared served already, so it opened nothing: that is as good as its own
    if (phase === 'confirmed' && preparedHere(found, context)) return 'confirmed-own';
  }
  return `${phase}-other`;
};

/** What the caller finds, in the terms of the table. `switching` and `undoing` have been settled by `recover` before this. */
export const standing = (found: Found, history: History, context: RunContext, wish: Wish): Standing => {
  const mine = own(found, context, wish);
  const ours = found.kind === 'rollback' ? 'own-rollback' : 'own';
  switch (found.phase) {
    case 'none':
      return 'none';
    case 'held':
      return 'held';
    case 'open':
      return `open-${mine ? ours : 'other'}`;
    case 'switched':
    case 'switching':
    case 'undoing':
      return `switched-${mine ? ours : 'other'}`;
    case 'confirmed':
    case 'undone':
      return closed(found.phase, mine, { found, history, context });
  }
};

/**
 * May another run's open transaction be taken over? Nothing is switched, and its driver was silent for a minute (it beats every
 * 20 s), or its time is over, or the host was started anew. A switched one is the watchdog's.
 */
export const mayTake = (found: Found): boolean =>
  found.phase === 'open' && (found.booted || found.remaining <= 0 || found.silence >= 60);

/** A newer run of the same workflow has deployed here: its number, else nothing. Taken-back ones do not count. */
export const newerRun = (history: History, context: RunContext): number | undefined =>
  history.transactions
    .filter(
      ({ kind, last, repository, workflow, number }) =>
        kind === 'deploy' &&
        last === 'confirmed' &&
        repository === context.repository &&
        workflow === context.workflow &&
        !history.left.has(number),
    )
    .map(({ runNumber }) => runNumber)
    .filter((number) => number > context.runNumber)
    .sort((a, b) => b - a)[0];
