import { renderDuration } from './duration.ts';
import type { Service } from './types.ts';

/** The longest that services may take, in the order in which they stop and start: ms. */
export type Pace = {
  /** To stop: schedulers, before all others. */
  readonly schedulers: number;
  /** To stop: all others, side by side. */
  readonly others: number;
  /** To come up. */
  readonly boot: number;
};

type Timed = Pick<Service, 'role' | 'drain' | 'boot'>;

const longest = (times: readonly number[]): number => Math.max(0, ...times);

export const paceOf = (services: readonly Timed[]): Pace => ({
  schedulers: longest(services.filter(({ role }) => role === 'scheduler').map(({ drain }) => drain)),
  others: longest(services.filter(({ role }) => role !== 'scheduler').map(({ drain }) => drain)),
  boot: longest(services.map(({ boot }) => boot)),
});

/** How long it may take until all have stopped: ms. */
export const stops = ({ schedulers, others }: Pace): number => schedulers + others;

/** What an undo takes beside what it waits for: ms. */
const itself = 60_000;

/** What the programs that take a release back have for it on a host: ms. */
export const undoTime = 900_000;

/** How long an undo may take between two releases, whose services may stand side by side when a switch was killed: ms. */
export const undoTakes = (one: Pace, other: Pace = one): number =>
  Math.max(one.schedulers, other.schedulers) +
  Math.max(one.others, other.others) +
  Math.max(one.boot, other.boot) +
  itself;

/** Why an undo does not fit into its time, in words; undefined: it does. */
export const tooSlow = (one: Pace, other: Pace = one): string | undefined => {
  const takes = undoTakes(one, other);
  if (takes <= undoTime) return undefined;
  const parts = [
    ['schedulers', Math.max(one.schedulers, other.schedulers)],
    ['the others', Math.max(one.others, other.others)],
  ] as const;
  const drains = parts.filter(([, ms]) => ms > 0).map(([who, ms]) => `${who} may take ${renderDuration(ms)} to stop`);
  const boot = `what serves again ${renderDuration(Math.max(one.boot, other.boot))} to come up`;
  return `an undo could take ${renderDuration(takes)}, and has ${renderDuration(undoTime)}: ${[...drains, boot].join(', then ')}`;
};
