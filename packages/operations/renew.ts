import { undoLine } from './survey.ts';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';

/**
 * The run goes on: the host waits `within` ms more before it takes the switched release back; 0: as long as it was told at the
 * switch. Faults: TX_LATE (it has done so), TX_FENCED.
 */
export const renew = async (scene: Scene, number: number, within: number): Promise<void> => {
  const { evidence, target, wall } = scene;
  const input = { base: target.base, number, within: Math.ceil(within / 1000) };
  const { remaining } = await perform(scene, step(scene, 'renew', `keep t${number} open`, 'renew', input), {
    note: (at) => `the host waits ${Math.round(at.remaining / 60)} min more`,
  });
  evidence.undo = {
    line: undoLine(scene, number),
    by: new Date(wall().getTime() + remaining * 1000).toISOString(),
    ...(evidence.previous === undefined ? {} : { to: evidence.previous }),
  };
};
