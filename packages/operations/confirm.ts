import { fold, readJournal } from '#journal';
import type { Found } from '#plan';
import { prunable } from '#release';
import type { Prunable } from '#release';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import { warn } from './survey.ts';

export const confirmStep = (scene: Pick<Scene, 'host' | 'target'>, number: number): StepOf<'confirm'> =>
  step(scene, 'confirm', `confirm t${number}`, 'confirm', { base: scene.target.base, number });

/** The release stays: the commit point. `found` is what was read of the host just before. Then what nobody needs any more is deleted. Faults: TX_LATE, TX_FENCED. */
export const confirm = async (scene: Scene, number: number, found: Found, signal = scene.signal): Promise<void> => {
  const { release } = await perform(scene, confirmStep(scene, number), { signal, note: (at) => `${at.release} stays` });
  scene.evidence.release = release;
  scene.evidence.undo = confirmed(scene.evidence.undo);
  await prune(scene, number, found, signal);
};

/** Confirmed: the host does nothing by itself any more. The line still works, unless there is nothing to go back to. */
const confirmed = (undo: Scene['evidence']['undo']): Scene['evidence']['undo'] =>
  undo?.to === undefined ? undefined : { line: undo.line, to: undo.to };

/** What the journal and the folders say together. */
const shelf = (found: Found, keep: number): Prunable => {
  const { transactions } = fold(readJournal(found.journal));
  const latest = [...transactions].reverse();
  const preparedAt = (release: string): number => found.releases.find(({ id }) => id === release)?.at ?? 0;
  return prunable({
    releases: found.releases.map((one) => ({ ...one, age: found.clock - one.at })),
    // the newest has been confirmed since this was read
    confirmed: [
      ...new Set([found.release, ...latest.filter(({ last }) => last === 'confirmed').map(({ release }) => release)]),
    ],
    // one that was prepared again since it was opened is waiting again
    opened: transactions.filter(({ release, at }) => at >= preparedAt(release)).map(({ release }) => release),
    needed: [
      ...[found.current, found.release, found.previous].filter((id) => id !== ''),
      // people have made it, and may keep in it what Landfall knows nothing of
      ...found.releases.map(({ id }) => id).filter((id) => id.startsWith('adopted-')),
    ],
    environments: found.environments,
    keep,
  });
};

/** Keeps what `keep` says. It comes last and can fail without harm: creating files soon after a big deletion is slow. */
const prune = async (scene: Scene, number: number, found: Found, signal: AbortSignal): Promise<void> => {
  const { releases, environments } = shelf(found, scene.target.keep);
  if (releases.length + environments.length === 0) return;
  try {
    await scene.timeline.step(
      'prune',
      `delete what is older than the ${scene.target.keep} releases kept`,
      async (note) => {
        const base = scene.target.base;
        for (const [what, ids] of [
          ['releases', releases],
          ['envs', environments],
        ] as const) {
          if (ids.length === 0) continue;
          const result = await scene.host.run('prune', { base, number, what, ids }, { signal });
          if (!result.ok) throw new Error(result.fault.what);
        }
        note(`${releases.length} releases, ${environments.length} environments`);
      },
    );
  } catch (thrown) {
    warn(scene, `old releases were not all deleted: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};
