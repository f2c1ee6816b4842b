import type { Found } from '#plan';
import { checkProcesses, strays } from './check.ts';
import type { Conclusion } from './conclude.ts';
import { confirm } from './confirm.ts';
import { hookDue, refuseDue } from './hook.ts';
import type { Opening } from './open.ts';
import type { Scene } from './scene.ts';
import { refusal } from './refusal.ts';
import { liveOf, look, survey, undoLine } from './survey.ts';
import { Ended, undo, undoAfter } from './undo.ts';

/** The services of the release that serves: each has a line, also when no process of it runs. */
const servicesOf = ({ processes }: Found): readonly string[] => [...new Set(processes.map(({ service }) => service))];

/** `phase: confirm`: the run's switched release stays, if every process is on it still. */
export const confirmPhase = async (scene: Scene, { dry = false } = {}): Promise<Conclusion> => {
  const { found, answer } = await survey(scene, 'confirm', { dry });
  if (answer === 'nothing') {
    scene.evidence.release = liveOf(found);
    return { outcome: 'unchanged', verdict: `this run's release is confirmed already: ${liveOf(found)} serves` };
  }
  scene.evidence.transaction = `t${found.number}`;
  scene.evidence.release = found.release;
  if (found.previous !== '') scene.evidence.previous = found.previous;
  if (dry) return { outcome: 'planned', verdict: `t${found.number} would be confirmed: ${found.release}` };
  try {
    refuseDue(found);
    const seen = await checkProcesses(scene, found.release, servicesOf(found));
    await confirm(scene, found.number, seen);
  } catch (thrown) {
    const { outcome, fault } = await undoAfter(scene, found.number, thrown, []);
    if (outcome !== 'done') throw new Ended(outcome, fault);
  }
  return { outcome: 'done', verdict: `${found.release} is confirmed (t${found.number})` };
};

/**
 * `phase: abort`: the run's open transaction is taken back. In a run that a person started (`workflow_dispatch`) also another
 * run's of the same repository: who may start it is who may write to the repository. Faults: TX_BUSY, UNDO_FAILED.
 */
export const abortPhase = async (scene: Scene, { dry = false } = {}): Promise<Conclusion> => {
  const { context } = scene;
  const byHand = context.event === 'workflow_dispatch';
  const { found, answer, standing } = await survey(scene, byHand ? 'abort-by-hand' : 'abort', { dry });
  if (answer === 'nothing')
    return {
      outcome: 'unchanged',
      verdict: `nothing${byHand ? '' : ' of this run'} is open; ${found.current || 'nothing'} serves`,
    };
  const { claim, number } = found;
  const whose = standing.endsWith('-other') ? ` of ${claim?.actor ?? 'another run'} (${claim?.url ?? ''})` : '';
  if (whose !== '' && claim?.repository !== context.repository)
    throw refusal('TX_BUSY', 'abort', found, undoLine(scene, number));
  scene.evidence.transaction = `t${number}`;
  if (dry)
    return {
      outcome: 'planned',
      verdict: `t${number}${whose} would be taken back: ${found.previous || 'nothing'} would serve`,
    };
  if ((await undo(scene, number, `aborted by ${context.actor} ${context.url}`)) === 'stays')
    return { outcome: 'unchanged', verdict: `t${number} was confirmed meanwhile: ${found.release} stays` };
  return {
    outcome: 'done',
    verdict: `t${number}${whose} is taken back: ${found.previous || 'nothing'} serves`,
    back: true,
  };
};

/**
 * What `post` does with the transaction that this step's main opened, if it is still open: with `commit: job` it confirms after a
 * job that succeeded; it takes back what is left open otherwise. `later` is left to the host's clock while the job succeeded.
 * Returns nothing where there is nothing to do.
 */
export const closeAfterJob = async (
  scene: Scene,
  commit: Opening['commit'],
  jobSucceeded: boolean,
): Promise<Conclusion | undefined> => {
  const found = await look(scene);
  const ours = found.claim?.driver === scene.context.driver;
  const isOpen = ['open', 'switching', 'switched', 'undoing'].includes(found.phase);
  if (!ours || !isOpen) return undefined;
  if (commit === 'later' && jobSucceeded && found.phase === 'switched') return undefined;
  scene.evidence.transaction = `t${found.number}`;
  scene.evidence.release = found.release;
  if (found.previous !== '') scene.evidence.previous = found.previous;
  const wrong = [...hookDue(found), ...strays(found, found.release, servicesOf(found))];
  if (commit === 'job' && jobSucceeded && found.phase === 'switched' && wrong.length === 0) {
    await confirm(scene, found.number, found);
    return { outcome: 'done', verdict: `the job succeeded: ${found.release} is confirmed (t${found.number})` };
  }
  if ((await undo(scene, found.number, 'failed')) === 'stays')
    return { outcome: 'done', verdict: `t${found.number} was confirmed meanwhile: ${found.release} stays` };
  const unfinished = found.phase === 'switched' && wrong.length > 0 ? wrong.join('; ') : 'the step did not finish';
  return {
    outcome: 'undone',
    verdict: `${jobSucceeded ? unfinished : 'the job did not succeed'}: t${found.number} is taken back, ${found.previous || 'nothing'} serves`,
  };
};
