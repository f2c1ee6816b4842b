import { expect, test } from '@jest/globals';
import { spanOf } from './span.ts';

test.each([
  ['1min 30s', 90_000],
  ['500ms', 500],
  ['2h 3min', 7_380_000],
  ['0', 0],
  ['infinity', Infinity],
  ['90', 90_000],
  ['1.5 minutes', 90_000],
  ['5m20s', 320_000],
  ['', NaN],
  ['soon', NaN],
  ['5 fortnights', NaN],
  ['-5s', NaN],
])('a span of systemd, %s', (span, ms) => {
  expect(spanOf(span)).toBe(ms);
});
