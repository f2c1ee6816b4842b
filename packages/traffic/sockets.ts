import type { Clock, Line, SocketSeen } from '#plan';

/** Follows WebSockets over a switch. */
export type SocketMeter = {
  /** The release is proven: resolves when each is greeted again, at the latest after so many ms. */
  readonly settled: (ms: number) => Promise<void>;
  /** Follows no longer, and tells what became of each. */
  readonly stop: () => Promise<readonly SocketSeen[]>;
};

/** Between two tries of one that is lost: ms. */
const pause = 250;

/** How often is looked whether all are back: ms. */
const glance = 100;

type Followed = {
  readonly says: string;
  readonly ends: { readonly code: number; readonly ms: number; readonly at: number }[];
  /** When it was greeted last, by the clock. */
  greeted?: number;
  up: boolean;
  /** Nobody answered before anybody greeted it: what serves before was not seen. */
  late: boolean;
};

const seenOf = ({ says, ends, greeted, up, late }: Followed): SocketSeen => {
  if (greeted === undefined || late) return { says, measured: false, why: 'it was not greeted before the switch' };
  const [first] = ends;
  return {
    says,
    measured: true,
    ends: ends.map(({ code, ms }) => ({ code, ms })),
    ...(up && first !== undefined ? { back: Math.round(greeted - first.at) } : {}),
  };
};

/** Opens each of them now, and again at once when it ends. */
export const followSockets = ({ lines, clock }: { lines: readonly Line[]; clock: Clock }): SocketMeter => {
  const over = new AbortController();
  const halted = (): boolean => over.signal.aborted;
  const begun = clock.now();
  const states: Followed[] = [];
  const follow = async (line: Line): Promise<void> => {
    const state: Followed = { says: line.says, ends: [], up: false, late: false };
    states.push(state);
    while (!halted()) {
      const { code } = await line.open(() => {
        state.greeted = clock.now();
        state.up = true;
      }, over.signal);
      if (halted()) return;
      const at = clock.now();
      // what was opened and never greeted did not serve anybody
      if (state.up) state.ends.push({ code: code ?? 1006, ms: Math.round(at - begun), at });
      else if (state.greeted === undefined) state.late = true;
      state.up = false;
      await clock.sleep(pause, over.signal);
    }
  };
  const all = Promise.all(lines.map(follow));
  return {
    settled: async (ms) => {
      const until = clock.now() + ms;
      while (states.some(({ up, late }) => !up && !late) && clock.now() < until) await clock.sleep(glance, over.signal);
    },
    stop: async () => {
      over.abort();
      await all;
      return states.map(seenOf);
    },
  };
};
