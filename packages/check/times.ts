import type { Times } from '#plan';

/** The times of several requests, in ms; undefined where there was none. Pure. */
export const timesOf = (all: readonly number[]): Times | undefined => {
  const sorted = [...all].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
  const max = sorted.at(-1);
  return p95 === undefined || max === undefined ? undefined : { count: sorted.length, p95, max };
};
