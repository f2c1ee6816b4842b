import { Failure } from '#fault';
import { paceOf, renderDuration, stops } from '#plan';
import type { Gap, Pace, ReleaseId } from '#plan';
import { get, measureGap } from '#traffic';
import type { Meter, SocketMeter } from '#traffic';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import { holdSockets } from './sockets.ts';
import { undoLine } from './survey.ts';

export type Switching = {
  readonly release: ReleaseId;
  /** Until the host undoes by itself, from the end of the switch on: ms. */
  readonly within: number;
  /** The release whose variables are carried over (a rollback); empty: none. */
  readonly environmentFrom: string;
  /** No release serves yet. */
  readonly first: boolean;
  /** How long the services of what serves now may take. */
  readonly pace: Pace;
};

/**
 * How long the switch may take: until what serves has stopped, then until the release is up; both once more for what somebody stops
 * meanwhile, and is started again; and a minute. Seconds.
 */
const switchLimit = ({ services }: Scene['target'], before: Pace): number => {
  const own = paceOf(services);
  return Math.ceil((stops(before) + stops(own) + 2 * own.boot) / 1000) + 60;
};

export const switchStep = (
  scene: Pick<Scene, 'host' | 'target'>,
  number: number,
  { release, within, environmentFrom, pace }: Switching,
): StepOf<'switch'> =>
  step(scene, 'switch', `switch to ${release}`, 'switch', {
    base: scene.target.base,
    number,
    release,
    limit: switchLimit(scene.target, pace),
    within: Math.ceil(within / 1000),
    environmentFrom,
    ...(scene.target.manager === undefined ? {} : { manager: scene.target.manager }),
  });

/** The meter asks on until it is told that the release is proven; `since`: when its youngest main process began, in ms of the scene's clock: who answers from then on is the release. */
export type Switched = { readonly meter: Meter; readonly sockets: SocketMeter | undefined; readonly since: number };

/** Switches, with the public URL's gap measured from here. */
export const switchTo = async (scene: Scene, number: number, switching: Switching): Promise<Switched> => {
  const { evidence, target, wall } = scene;
  const meter = measureGap({
    ...(target.url === undefined ? {} : { url: target.url }),
    serves: !switching.first,
    request: get,
    clock: scene.clock,
  });
  await meter.start();
  const sockets = holdSockets(scene, switching.first);
  try {
    const { remaining, since, processes } = await perform(scene, switchStep(scene, number, switching), {
      note: (at) => `${at.processes.length} processes on ${switching.release}`,
    });
    evidence.release = switching.release;
    evidence.processes = processes;
    evidence.undo = {
      line: undoLine(scene, number),
      by: new Date(wall().getTime() + remaining * 1000).toISOString(),
      ...(evidence.previous === undefined ? {} : { to: evidence.previous }),
    };
    scene.show(
      `    not confirmed by ${evidence.undo.by ?? ''}, the host undoes by itself; by hand: ${evidence.undo.line}`,
    );
    return { meter, sockets, since: scene.clock.now() - since };
  } catch (thrown) {
    [evidence.gap, evidence.sockets] = await Promise.all([meter.stop(), sockets?.stop()]);
    if (thrown instanceof Failure && thrown.fault.code === 'SWITCH_FAILED')
      throw new Failure({ ...thrown.fault, what: `${switching.release} did not come up: ${thrown.fault.what}` });
    throw thrown;
  }
};

/** Ends the measuring. Throws GAP_EXCEEDED where the gap was longer than allowed. */
export const judgeGap = async (scene: Scene, meter: Meter, maxDowntime: number | undefined): Promise<Gap> => {
  const gap = await scene.timeline.step('gap', 'measure the gap at the public URL', async (note) => {
    const measured = await meter.stop();
    note(
      measured.measured
        ? `${renderDuration(measured.ms)}, ${measured.bad} of ${measured.requests} requests unanswered`
        : `not measured: ${measured.why}`,
    );
    return measured;
  });
  scene.evidence.gap = gap;
  if (maxDowntime !== undefined && gap.measured && gap.ms > maxDowntime)
    throw new Failure({
      code: 'GAP_EXCEEDED',
      what: `${scene.target.url ?? 'the URL'} was unanswered for ${renderDuration(gap.ms)}; max-downtime is ${renderDuration(maxDowntime)}`,
      next: 'Make the application boot faster, or allow more with max-downtime.',
    });
  return gap;
};
