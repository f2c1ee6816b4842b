import { setTimeout } from 'node:timers/promises';
import type { Clock } from '#plan';

/** Wall clock, for people. */
const wall = (): Date => new Date();

/** A signal that fires after so many ms. */
const deadline = (ms: number): AbortSignal => AbortSignal.timeout(ms);

/** The process's own clock: `now` only grows; `sleep` ends early, without an error, when its signal fires. */
const clock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await setTimeout(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
    } catch {
      // woken early
    }
  },
};

/** Time, as operations take it. */
export const time = { clock, wall, deadline };
