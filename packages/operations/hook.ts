import { Failure } from '#fault';
import type { Found, Hooks, Step } from '#plan';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';

/** Those that the run asks for; the third is the host's own. */
type Asked = 'before-switch' | 'after-switch';

/** What the program itself needs beside its hook: to get the mutex, and to end one that does not end. Seconds. */
const apart = 90;

const hookStep = (
  on: Pick<Scene, 'host' | 'target'>,
  number: number,
  moment: Asked,
  hooks: Hooks,
): StepOf<'hook'> | undefined => {
  const hook = hooks[moment];
  if (hook === undefined) return undefined;
  return step(on, moment, `hook ${moment}: ${hook.command.join(' ')}`, 'hook', {
    base: on.target.base,
    number,
    moment,
    limit: Math.ceil(hook.timeout / 1000) + apart,
  });
};

/** The hook's part of a plan: one step, or none. */
export const hookWave = (...of: Parameters<typeof hookStep>): readonly (readonly Step[])[] => {
  const one = hookStep(...of);
  return one === undefined ? [] : [[one]];
};

/**
 * Runs the release's hook for this moment, if it has one. After a switch the host counts its time to confirm from the end of the hook.
 * Faults: HOOK_FAILED; TX_LATE and TX_FENCED where the transaction is not this caller's any more.
 */
export const runHook = async (scene: Scene, number: number, moment: Asked, hooks: Hooks): Promise<void> => {
  const one = hookStep(scene, number, moment, hooks);
  if (one === undefined) return;
  const { remaining } = await perform(scene, one);
  const { evidence, wall } = scene;
  if (evidence.undo?.by !== undefined)
    evidence.undo = { ...evidence.undo, by: new Date(wall().getTime() + remaining * 1000).toISOString() };
};

/** What of its hooks keeps a switched release from being confirmed, in words. The run that switched may have died in one. */
export const hookDue = ({ hookDue: due, release }: Pick<Found, 'hookDue' | 'release'>): readonly string[] =>
  due ? [`the hook after-switch of ${release} has not ended well`] : [];

/** Throws HOOK_FAILED where {@link hookDue} says something. */
export const refuseDue = (found: Pick<Found, 'hookDue' | 'release'>): void => {
  for (const what of hookDue(found))
    throw new Failure({
      code: 'HOOK_FAILED',
      what,
      next: 'Look at the log of the run that switched, and deploy again.',
    });
};
