import { Failure, faultOf } from '#fault';
import { askable, isOver } from '#journal';
import type { Found } from '#plan';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Survey } from './survey.ts';

/** Between two questions to GitHub: ms. A job's token has 1,000 requests an hour for the whole repository. */
const interval = 15_000;

/**
 * Asks GitHub whether the run that is in the way is over: then its time need not be waited for. What hinders asking is said once.
 * A run whose program still lives somewhere is fenced out by the number, like any other.
 */
export const holderIsGone = ({ context, github, clock, show }: Scene): ((now: Survey) => Promise<boolean>) => {
  let asked = -Infinity;
  let useless = false;
  const told = new Set<string>();
  const tell = (why: string): false => {
    if (!told.has(why)) show(`    whether its run is over is not known: ${why}`);
    told.add(why);
    return false;
  };
  return async ({ found, answer }) => {
    const { claim, number } = found;
    if (answer !== 'wait' || claim === undefined || useless) return false;
    const may = askable(claim, context);
    if (!may.ask) return may.why === undefined ? false : tell(may.why);
    if (clock.now() - asked < interval) return false;
    asked = clock.now();
    const run = await github.run(claim.run);
    if (!run.ok) {
      useless = run.final;
      return tell(run.why);
    }
    if (!isOver(claim, run.value)) return false;
    show(`    GitHub says that ${claim.url} is over (${run.value.conclusion}): t${number} is taken over`);
    return true;
  };
};

/** The transaction is not the one that was read any more: whoever was faster has changed it. */
const moved: ReadonlySet<string> = new Set(['TX_FENCED', 'TX_LATE']);

/** Takes back what a run that is over has left switched. Nothing where the state moved on. Throws UNDO_FAILED. */
export const takeOver = async (scene: Scene, { number, previous }: Found): Promise<void> => {
  const input = { base: scene.target.base, number, why: 'overtaken' };
  const back = step(scene, 'takeover', `take t${number} back, which nobody will confirm`, 'take-back', input);
  try {
    await perform(scene, back, { note: () => `${previous || 'nothing'} serves` });
  } catch (thrown) {
    if (!(thrown instanceof Failure) || !moved.has(faultOf(thrown).code)) throw thrown;
  }
};
