import { expect, test } from '@jest/globals';
import { nearest, readDuration } from '#plan';

test('a duration has a unit', () => {
  expect(['500ms', '30s', '10m', '2h', '7d', '0s'].map(readDuration)).toEqual([
    500, 30_000, 600_000, 7_200_000, 604_800_000, 0,
  ]);
  for (const text of ['30', '', '1.5s', '-1s', '1 s', '10min', '1h30m', '999999d', '10S', '5s\n']) {
    expect([text, readDuration(text)]).toEqual([text, undefined]);
  }
});

test('the nearest name is near', () => {
  expect(nearest('hots', ['path', 'hosts', 'url'])).toBe('hosts');
  expect(nearest('hostkey', ['host', 'host-key'])).toBe('host-key');
  expect(nearest('HOST_KEY', ['host', 'host-key'])).toBe('host-key');
  expect(nearest('confirm_within', ['commit', 'confirm-within'])).toBe('confirm-within');
  expect(nearest('zebra', ['host', 'path'])).toBeUndefined();
  expect(nearest('ab', ['xy'])).toBeUndefined();
  expect(nearest('a', [])).toBeUndefined();
});
