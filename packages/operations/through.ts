import type { Check } from '#config';
import type { Problem } from '#fault';
import { renderDuration } from '#plan';
import type { Found, Hooks, Pace, ReleaseId } from '#plan';
import type { Meter, SocketMeter } from '#traffic';
import { checkOutside, checkProcesses } from './check.ts';
import type { Conclusion } from './conclude.ts';
import { confirm } from './confirm.ts';
import { keepGrown } from './evidence-kept.ts';
import { runHook } from './hook.ts';
import type { Migration } from './migrate.ts';
import { beat } from './open.ts';
import type { Opened, Opening } from './open.ts';
import { renew } from './renew.ts';
import type { Scene } from './scene.ts';
import { tellSockets } from './sockets.ts';
import { judgeGap, switchTo } from './switch.ts';
import { Ended, undoAfter } from './undo.ts';

/** What lies between an open transaction and its end. */
export type Passage = {
  readonly release: ReleaseId;
  readonly services: readonly string[];
  readonly hooks: Hooks;
  readonly commit: Opening['commit'];
  /** Until the host undoes by itself: ms. */
  readonly within: number;
  readonly maxDowntime?: number | undefined;
  readonly environmentFrom: string;
  /** How long the services of what serves now may take. */
  readonly pace: Pace;
  /** The checks that passed on what serves now: an undo must bring them back. */
  readonly baseline: readonly Check[];
  /** What must be done before the switch, under the transaction: migrations. */
  readonly before?: Migration | undefined;
};

/**
 * Hooks, switch, checks, gap, process truth, and the confirm where this step commits. Whatever fails on the way takes the
 * transaction back. Throws {@link Ended} with the outcome then.
 */
export const passThrough = async (scene: Scene, opened: Opened, passage: Passage): Promise<Conclusion> => {
  const { release, services, hooks, commit } = passage;
  const { number, previous } = opened;
  const rest = beat(scene);
  let found: Found | undefined;
  let switched = opened.switched;
  let gap: Meter | undefined;
  let open: SocketMeter | undefined;
  try {
    if (opened.switched) {
      scene.evidence.release = release;
      await renew(scene, number, passage.within);
      await runHook(scene, number, 'after-switch', hooks);
      await checkOutside(scene);
    } else {
      await passage.before?.(number);
      await runHook(scene, number, 'before-switch', hooks);
      scene.signal.throwIfAborted();
      switched = true;
      const { meter, sockets, since } = await switchTo(scene, number, {
        release,
        within: passage.within,
        environmentFrom: passage.environmentFrom,
        pace: passage.pace,
        first: previous === '',
      });
      rest();
      try {
        await runHook(scene, number, 'after-switch', hooks);
        await checkOutside(scene);
        found = await checkProcesses(scene, release, services);
        meter.proven(since);
      } catch (thrown) {
        [scene.evidence.gap, scene.evidence.sockets] = await Promise.all([meter.stop(), sockets?.stop()]);
        throw thrown;
      }
      // only a gap that is judged must be known before the confirm
      if (passage.maxDowntime !== undefined) await judgeGap(scene, meter, passage.maxDowntime);
      gap = meter;
      open = sockets;
    }
    found ??= await checkProcesses(scene, release, services);
    if (commit === 'step') await confirm(scene, number, found);
    if (gap !== undefined && passage.maxDowntime === undefined) await judgeGap(scene, gap, undefined);
    await tellSockets(scene, open);
    await keepGrown(scene, number, release);
  } catch (thrown) {
    const { outcome, fault } = await undoAfter(scene, number, thrown, passage.baseline, switched);
    if (outcome !== 'done') throw new Ended(outcome, fault);
  } finally {
    rest();
    await open?.stop();
  }
  return { outcome: 'done', verdict: verdictOf(scene, opened, passage) };
};

const verdictOf = ({ evidence }: Scene, { number, previous }: Opened, { release, commit }: Passage): string => {
  const gap = evidence.gap?.measured === true ? `, ${renderDuration(evidence.gap.ms)} gap` : '';
  const after = previous === '' ? '' : ` after ${previous}`;
  const until =
    commit === 'step'
      ? ''
      : commit === 'job'
        ? '; confirmed when the job succeeds'
        : '; to be confirmed by `phase: confirm`';
  return `${release} serves${after} (t${number}${gap})${until}`;
};

/** The time that the host waits for the confirm, where nothing else is said: ms. */
export const withinOf = (commit: Opening['commit'], given: number | undefined): number =>
  given ?? { step: 600_000, job: 2_700_000, later: 3_600_000 }[commit];

/** An input that needs a key: max-downtime is judged at the public address. */
export const gapProblems = (url: string | undefined, maxDowntime: number | undefined): readonly Problem[] =>
  maxDowntime === undefined || url !== undefined
    ? []
    : [
        {
          where: 'input max-downtime',
          what: 'max-downtime is given, but there is no url to measure',
          next: 'set url in landfall.yml, or leave max-downtime out',
        },
      ];
