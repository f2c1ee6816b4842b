import type { Clock, Gap } from '#plan';
import { longestGap } from './samples.ts';
import type { Sample } from './samples.ts';

/** Measures how long a URL is unanswered while something happens. */
export type Meter = {
  /** Begins to ask. Resolves when the first request is answered, or is not within 2 s: what comes next cannot overtake it. */
  readonly start: () => Promise<void>;
  /**
   * The new release is proven, and nothing but it has served since then (ms, on the meter's clock): asks until 2 s after its first
   * good answer, then no longer.
   */
  readonly proven: (since: number) => void;
  /** Asks no longer (after `proven`: once its 2 s are over), waits for what is under way, and gives the result. The same each time. */
  readonly stop: () => Promise<Gap>;
};

export type Measured = {
  readonly url?: string;
  /** Does anything serve at the URL now? On a first deploy nothing is interrupted. */
  readonly serves: boolean;
  /** Sends one GET over a new connection; the status, or undefined when there was no answer within 2 s. Never rejects. */
  readonly request: (url: string) => Promise<number | undefined>;
  readonly clock: Clock;
  /** ms between two requests. */
  readonly everyMs?: number;
};

/** How long is asked after the first proven answer, in ms: a new release that dies at once is seen. */
const after = 2000;

/** A meter for a URL. Requests overlap: one that hangs holds up no other. */
export const measureGap = ({ url, serves, request, clock, everyMs = 50 }: Measured): Meter => {
  if (url === undefined) return unmeasured('no url');
  if (!serves) return unmeasured('nothing served before');
  const samples: Sample[] = [];
  const under = new Set<Promise<void>>();
  const halt = new AbortController();
  let ticking: Promise<void> | undefined;
  let over: Promise<void> | undefined;
  let result: Promise<Gap> | undefined;

  const ask = async (): Promise<void> => {
    const sent = clock.now();
    const status = await request(url);
    samples.push({ sent, received: clock.now(), good: status !== undefined && status < 500 });
  };
  const tick = async (): Promise<void> => {
    let next = clock.now();
    while (!halt.signal.aborted) {
      const one = ask();
      under.add(one);
      void one.finally(() => under.delete(one));
      // A tick that comes late is not made up for: a busy runner would send a burst.
      next = Math.max(next + everyMs, clock.now());
      await clock.sleep(next - clock.now(), halt.signal);
    }
  };
  const finish = async (): Promise<Gap> => {
    await over;
    halt.abort();
    const end = clock.now();
    await ticking;
    await Promise.all(under);
    if (samples.length === 0) return { measured: false, why: 'no request was sent' };
    const bad = samples.filter(({ good }) => !good).length;
    const ms = Math.round(longestGap(samples, end));
    // Bad answers and no gap: there were none but bad ones before the first good one. That is no gap of 0.
    if (bad > 0 && ms === 0) return { measured: false, why: 'the url gave no good answer before the switch' };
    return { measured: true, ms, requests: samples.length, bad };
  };
  return {
    start: async () => {
      ticking ??= tick();
      await Promise.all(under);
    },
    proven: (since) => {
      const first = Math.min(
        ...samples.filter(({ good, sent }) => good && sent >= since).map(({ received }) => received),
      );
      const from = Math.min(first, clock.now());
      over ??= clock.sleep(from + after - clock.now(), halt.signal).then(() => {
        halt.abort();
      });
    },
    stop: () => (result ??= finish()),
  };
};

const unmeasured = (why: string): Meter => ({
  start: () => Promise.resolve(),
  proven: () => undefined,
  stop: () => Promise.resolve({ measured: false, why }),
});
