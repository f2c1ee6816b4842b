/** Deploys and rollbacks by Landfall, by Capistrano and by the least that can be done, in turns on one host. */
import { loadavg } from 'node:os';
import type { Distance, Go, Goes, What } from './figures.ts';
import { goals, median, profile, table, verdicts } from './figures.ts';
import { goesOn } from './goes.ts';
import { prepareGround, versions } from './ground.ts';

/** In this order, so that each finds what it needs: something new, the same again, and something to go back to. */
const order: readonly What[] = [
  'landfall incremental',
  'capistrano incremental',
  'floor',
  'landfall unchanged',
  'capistrano unchanged',
  'landfall rollback',
  'capistrano rollback',
];

/** As {@link order}, but each go at 80 ms right after the one at 0 ms: what else the machine does then hits both. Under load only here: that is about the host. */
const round: readonly (readonly [What, Distance])[] = [
  ...order.flatMap((what) => [[what, 0] as const, [what, 80] as const]),
  ['landfall under load', 0],
];

/** What the machine did beside: its load, as the kernel counts it over a minute. */
const busy = (): string => `load ${(loadavg()[0] ?? 0).toFixed(1)}`;

export type BenchOptions = {
  readonly show: (line: string) => void;
  /** The folder of the built bundles. */
  readonly dist: string;
  /** How many goes a median is of. */
  readonly times: number;
  /** Given, it ends after the go that is under way, and tells what there is by then; before the end of the first round it throws. The host is thrown away. */
  readonly signal: AbortSignal;
};

/** Measures and prints. Gives how many goals are missed; throws where something does not work. */
export const benchDeploy = async ({ show, dist, times, signal }: BenchOptions): Promise<number> => {
  const ground = await prepareGround();
  try {
    show(versions());
    const go = goesOn(ground, dist);
    show('warming up: a first deploy by each');
    await go('landfall incremental', 0);
    await go('capistrano incremental', 0);
    const goes: Record<Distance, Partial<Record<What, Go[]>>> = { 0: {}, 80: {} };
    const boots: number[] = [];
    const stopped = (): boolean => signal.aborted;
    for (let time = 1; time <= times && !stopped(); time += 1) {
      boots.push(await ground.boot());
      for (const [what, distance] of round) {
        if (time === 1) signal.throwIfAborted();
        if (stopped()) break;
        const came = await go(what, distance);
        (goes[distance][what] ??= []).push(came);
        show(`${time}/${times} ${what}, ${distance} ms: ${Math.round(came.answer)} ms (${busy()})`);
      }
    }
    return tell(goes, median(boots), show);
  } finally {
    await ground.end();
  }
};

const tell = (goes: Goes, boot: number, show: BenchOptions['show']): number => {
  show('');
  for (const line of table(goes)) show(line);
  show('');
  for (const line of profile(goes)) show(line);
  show('');
  show(`Medians of ${goes[0].floor?.length ?? 0}, in ms. The application itself boots in ${Math.round(boot)} ms.`);
  const all = verdicts(goes, boot);
  for (const line of goals(all)) show(line);
  return all.filter(({ met }) => !met).length;
};
