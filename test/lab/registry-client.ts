import type { Registry, RegistryOptions } from '#registry';
import { openRegistry } from '#registry';

export type Client = Registry & {
  /** Waits that were asked of the clock: ms. None was really waited for. */
  readonly waits: readonly number[];
  /** Lines that it showed. */
  readonly lines: readonly string[];
};

/** A client of a registry of the tests, whose clock does not wait. */
export const clientOf = (registry: string, repository: string, more: Partial<RegistryOptions> = {}): Client => {
  const waits: number[] = [];
  const lines: string[] = [];
  const opened = openRegistry({
    name: { registry, repository },
    signal: new AbortController().signal,
    clock: {
      now: () => performance.now(),
      sleep: (ms) => {
        waits.push(ms);
        return new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20)));
      },
    },
    show: (line) => lines.push(line),
    ...more,
  });
  return { ...opened, waits, lines };
};
