import type { Claim, RunContext, WorkflowRun } from '#plan';

/** May GitHub be asked for the run that holds a target? `no`: of what that run is, this run's GitHub and token say nothing. */
export type Askable = { readonly ask: true } | { readonly ask: false; readonly why?: string };

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

/**
 * Only a run of the claim's own repository, on the claim's own GitHub, may be asked for: an id means another run everywhere else,
 * and one that is completed there would open the target to whoever starts it. A run need not ask for itself.
 */
export const askable = (claim: Claim | undefined, context: RunContext): Askable => {
  if (claim === undefined || claim.run === '') return { ask: false };
  if (claim.repository !== context.repository)
    return { ask: false, why: `${claim.repository} holds it: its runs cannot be asked for from ${context.repository}` };
  if (claim.run === context.runId) return { ask: false };
  const [theirs, ours] = [originOf(claim.url), originOf(context.url)];
  if (theirs === undefined || theirs !== ours || !/^\d+$/.test(claim.run))
    return { ask: false, why: 'what holds it is no run of this GitHub' };
  return { ask: true };
};

/**
 * Has the run that holds the target come to its end? Then nobody will confirm what it left open. An attempt after the claim's
 * that is still going takes it up again by itself. An answer about any other run counts for nothing.
 */
export const isOver = (claim: Claim, run: WorkflowRun): boolean =>
  run.id === claim.run &&
  run.repository.toLowerCase() === claim.repository.toLowerCase() &&
  run.attempt >= claim.attempt &&
  run.status === 'completed';
