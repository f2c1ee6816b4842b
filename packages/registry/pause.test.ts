import { expect, test } from '@jest/globals';
import { pauseAfter } from './pause.ts';

const date = 'Fri, 02 Jan 2026 12:00:00 GMT';
const past = 'Fri, 02 Jan 2026 11:00:00 GMT';

test.each([
  ['no time', 429, { 'retry-after': '0' }],
  ['a time that is over', 503, { date, 'retry-after': past }],
  ['the very moment', 503, { date, 'retry-after': date }],
  ['a limit that has just ended', 429, { 'ratelimit-reset': '0' }],
  ['a limit that has ended', 429, { date, 'x-ratelimit-reset': '1767268800' }],
])('a registry that asks for %s is not asked again at once', (_, status, headers) => {
  expect([0, 1, 2, 9, 2000].map((tries) => pauseAfter({ status, headers }, tries))).toEqual([
    500, 1000, 2000, 15_000, 15_000,
  ]);
});

test('a registry that asks for longer gets it, and one that asks for nothing is asked more and more seldom', () => {
  const pauses = (status: number, headers = {}) => [0, 1, 2, 9].map((tries) => pauseAfter({ status, headers }, tries));
  expect(pauses(429, { 'retry-after': '1' })).toEqual([1000, 1000, 1000, 1000]);
  expect(pauses(429, { 'retry-after': '7' })).toEqual([7000, 7000, 7000, 7000]);
  expect(pauses(503, { date: past, 'retry-after': date })).toEqual([3.6e6, 3.6e6, 3.6e6, 3.6e6]);
  expect(pauses(502, { 'retry-after': '0' })).toEqual([500, 1000, 2000, 15_000]);
  expect(pauses(404)).toEqual([undefined, undefined, undefined, undefined]);
});
