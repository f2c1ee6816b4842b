import type { Check } from '#config';
import { Failure, faultOf } from '#fault';
import type { Fault } from '#fault';
import { outcomeOf, paceOf, stops } from '#plan';
import type { Found, Outcome } from '#plan';
import { noteChecked, recheck } from './baseline.ts';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';
import { look, undoLine, warn } from './survey.ts';

/** Why a transaction is taken back, as the journal keeps it. Only what was `asked` takes a confirmed one back too. */
export type Why = 'failed' | 'asked' | `aborted by ${string}`;

/** The budget for what is not cut by a cancel any more: post has 4 minutes. */
const budget = 240_000;

/**
 * How long the host's undo is waited for: ms. Its hook runs first, what it stops may finish, and what it starts comes up as this
 * release does, for all that is known.
 */
const undoBudget = ({ services, hooks }: Scene['target']): number => {
  const pace = paceOf(services);
  return budget + (hooks['before-undo']?.timeout ?? 0) + stops(pace) + pace.boot;
};

/**
 * Runs the host's own undo of the transaction, at once. What passed on the release before must pass again; what was red before is only reported.
 * Faults: UNDO_FAILED (the target is held), SSH_* (the host undoes by itself when its time is over).
 */
export const undo = async (
  scene: Scene,
  number: number,
  why: Why,
  baseline: readonly Check[] = [],
): Promise<'undone' | 'stays'> => {
  const takeBack = step(scene, 'undo', `take t${number} back`, 'take-back', { base: scene.target.base, number, why });
  const {
    phase,
    release,
    number: newest,
  } = await perform(scene, takeBack, {
    signal: scene.deadline(undoBudget(scene.target)),
    note: (at) => `${at.release || 'nothing'} serves`,
  });
  scene.evidence.undo = undefined;
  scene.evidence.release = release;
  scene.evidence.processes = await processesNow(scene);
  // its confirm had come through, although this run did not hear of it
  if (phase === 'confirmed' && newest === number) return 'stays';
  if (baseline.length > 0) {
    await recheck(scene, baseline, budget);
    await noteChecked(scene, newest);
  }
  return 'undone';
};

/** Evidence only: the host has proven them itself. */
const processesNow = async (scene: Scene): Promise<Found['processes']> => {
  try {
    return (await look({ ...scene, signal: scene.deadline(budget) })).processes;
  } catch {
    return [];
  }
};

/** Where the host's program failed, it can be asked again by hand. */
const again = (scene: Scene, number: number, { step: at }: Fault): readonly string[] =>
  at === undefined ? [] : [undoLine(scene, number)];

/** The transaction is not this caller's any more, or was taken back already: there is nothing left to undo. */
const overtaken: ReadonlySet<string> = new Set(['TX_FENCED', 'TX_LATE']);

/**
 * What to do after a failure between open and confirm: undoes, unless somebody else did, or the run was cancelled
 * (then `post`, or the host itself, does it: this process has 5 s). Returns the outcome and the fault to show.
 */
export const undoAfter = async (
  scene: Scene,
  number: number,
  thrown: unknown,
  baseline: readonly Check[],
  switched = true,
): Promise<{ outcome: Outcome; fault: Fault }> => {
  const fault = faultOf(thrown);
  if (overtaken.has(fault.code)) return { outcome: fault.code === 'TX_LATE' ? 'undone' : 'refused', fault };
  if (scene.signal.aborted) return { outcome: 'failed', fault };
  scene.show(`✗ ${fault.what}`);
  try {
    if ((await undo(scene, number, 'failed', switched ? baseline : [])) === 'undone')
      return { outcome: switched ? 'undone' : outcomeOf(fault), fault };
    warn(scene, `t${number} is confirmed all the same: ${fault.what}`);
    // only the confirm itself may have come through unheard; any other failure stays one
    return { outcome: fault.step === 'confirm' ? 'done' : 'failed', fault };
  } catch (second) {
    const why = faultOf(second);
    if (why.code === 'UNDO_FAILED')
      return { outcome: 'held', fault: { ...why, said: [...why.said, ...again(scene, number, why)], cause: fault } };
    if (overtaken.has(why.code)) {
      // whoever overtook this run has left nothing of it; why it failed before is of no use to anybody now
      return { outcome: outcomeOf(why), fault: { ...why, cause: fault } };
    }
    warn(scene, `the undo could not be asked for: ${why.what}. The host does it by itself when its time is over.`);
    return { outcome: 'failed', fault };
  }
};

/** A failure with its outcome, for the action's report. */
export class Ended extends Failure {
  readonly outcome: Outcome;
  constructor(outcome: Outcome, fault: Fault) {
    super(fault);
    this.outcome = outcome;
  }
}
