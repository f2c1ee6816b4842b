import { expect, test } from '@jest/globals';
import { timesOf } from './times.ts';

test('of several times, the one that 95 of 100 keep', () => {
  expect(timesOf([])).toBeUndefined();
  expect(timesOf([5])).toEqual({ count: 1, p95: 5, max: 5 });
  expect(timesOf(Array.from({ length: 20 }, (_, at) => 20 - at))).toEqual({ count: 20, p95: 19, max: 20 });
  expect(timesOf(Array.from({ length: 100 }, (_, at) => at + 1))).toEqual({ count: 100, p95: 95, max: 100 });
});
