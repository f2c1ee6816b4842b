import { linesOf, outside } from '#check';
import { renderDuration } from '#plan';
import type { SocketSeen } from '#plan';
import { followSockets } from '#traffic';
import type { SocketMeter } from '#traffic';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';

/** Who was connected is to be on the new release within this time of its proof: ms. */
const patience = 5000;

/** Opens the WebSockets that checks name, to be followed over a switch; undefined: no check names one, or nothing serves yet. */
export const holdSockets = (
  { target, env, clock }: Pick<Scene, 'target' | 'env' | 'clock'>,
  first: boolean,
): SocketMeter | undefined => {
  if (first) return undefined;
  const base = target.url === undefined ? {} : { url: target.url };
  const lines = linesOf(target.checks, { ...base, env, webSocket: outside.webSocket });
  return lines.length === 0 ? undefined : followSockets({ lines, clock });
};

const toldOf = (seen: SocketSeen): string => {
  if (!seen.measured) return `not measured: ${seen.why}`;
  if (seen.ends.length === 0) return 'stayed open';
  const codes = seen.ends.map(({ code }) => code).join(', ');
  return `ended with ${codes}, ${seen.back === undefined ? 'not greeted again' : `greeted again after ${renderDuration(seen.back)}`}`;
};

/** Ends the following, and keeps what was seen. It decides nothing: a client that does not come back is a warning. */
export const tellSockets = async (scene: Scene, meter: SocketMeter | undefined): Promise<void> => {
  if (meter === undefined) return;
  await scene.timeline.step('sockets', 'follow WebSockets over the switch', async (note) => {
    await meter.settled(patience);
    const seen = await meter.stop();
    scene.evidence.sockets = seen;
    note(seen.map((one) => `${one.says}: ${toldOf(one)}`).join('; '));
    for (const one of seen)
      if (one.measured && one.ends.length > 0 && one.back === undefined)
        warn(scene, `${one.says}: it ended in the switch, and a client that connects again is not greeted`);
  });
};
