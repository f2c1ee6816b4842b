import type { Clock } from './clock.ts';
import { renderDuration } from './duration.ts';
import type { StepId, Timed } from './types.ts';

/** Carries steps out one by one, shows each as it goes, and keeps how long it took. */
export type Timeline = {
  /**
   * Runs one step. It has failed when it throws (thrown on) or gives back a Result that holds a fault (given back as it is).
   * `note` adds one line: what came of it; the last one counts.
   */
  readonly step: <T>(id: StepId, says: string, run: (note: (text: string) => void) => Promise<T>) => Promise<T>;
  /** The steps that have ended so far, in the order of their ends. */
  readonly timed: () => readonly Timed[];
};

/** A new, empty timeline. `show` gets the lines for the log. */
export const timeline = ({ clock, show }: { clock: Pick<Clock, 'now'>; show: (line: string) => void }): Timeline => {
  const all: Timed[] = [];
  return {
    step: async (id, says, run) => {
      const begun = clock.now();
      let note: string | undefined;
      const end = (ok: boolean): void => {
        const ms = Math.round(clock.now() - begun);
        all.push({ id, says, ms, ok, ...(note === undefined ? {} : { note }) });
        show(`${ok ? '✓' : '✗'} ${says} (${renderDuration(ms)})${note === undefined ? '' : `: ${note}`}`);
      };
      show(`→ ${says}`);
      try {
        const value = await run((text) => {
          note = text;
        });
        end(!holdsFault(value));
        return value;
      } catch (thrown) {
        end(false);
        throw thrown;
      }
    },
    timed: () => [...all],
  };
};

/** Is this a Result with a fault in it? */
const holdsFault = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false && 'fault' in value;
