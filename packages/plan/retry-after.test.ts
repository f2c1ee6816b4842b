import { expect, test } from '@jest/globals';
import { retryAfter } from './retry-after.ts';

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
