import { expect, test } from '@jest/globals';
import { longestGap } from '#traffic';
import type { Sample } from '#traffic';

/** One sample every 50 ms that takes 10 ms: `+` good, `-` bad. */
const series = (marks: string): Sample[] =>
  Array.from(marks, (mark, at) => ({ sent: at * 50, received: at * 50 + 10, good: mark === '+' }));

test.each([
  ['', 0],
  ['++++', 0],
  ['+-+', 110],
  ['++--+++', 160],
  ['+-+++---+-+', 210],
  ['--+++', 0],
  ['---', 0],
  ['--+-+', 110],
])('of %s the longest gap is %d ms', (marks, ms) => {
  expect(longestGap(series(marks), 10_000)).toBe(ms);
});

test('a gap that does not end lasts until the end', () => {
  expect(longestGap(series('+++--'), 1000)).toBe(900);
});

test('samples may come in any order, and overlap', () => {
  const hung = { sent: 50, received: 2050, good: false };
  const slow = { sent: 100, received: 900, good: true };
  const quick = { sent: 150, received: 160, good: true };
  expect(longestGap([quick, { sent: 0, received: 10, good: true }, slow, hung], 3000)).toBe(160);
});
