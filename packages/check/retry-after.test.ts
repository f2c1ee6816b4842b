import { expect, test } from '@jest/globals';
import { retryAfter } from './retry-after.ts';
import { timesOf } from './times.ts';

test('a server that asks for time gets it', () => {
  const asked = (status: number, after?: string) =>
    retryAfter({
      status,
      headers: { date: 'Fri, 02 Jan 2026 12:00:00 GMT', ...(after === undefined ? {} : { 'retry-after': after }) },
    });
  expect(asked(429, '7')).toBe(7000);
  expect(asked(503, 'Fri, 02 Jan 2026 12:01:00 GMT')).toBe(60_000);
  expect(asked(503, 'Fri, 02 Jan 2026 11:00:00 GMT')).toBe(0);
  expect([asked(500, '7'), asked(429), asked(429, 'soon'), asked(429, '-1')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('of several times, the one that 95 of 100 keep', () => {
  expect(timesOf([])).toBeUndefined();
  expect(timesOf([5])).toEqual({ count: 1, p95: 5, max: 5 });
  expect(timesOf(Array.from({ length: 20 }, (_, at) => 20 - at))).toEqual({ count: 20, p95: 19, max: 20 });
  expect(timesOf(Array.from({ length: 100 }, (_, at) => at + 1))).toEqual({ count: 100, p95: 95, max: 100 });
});
