import { expect, test } from '@jest/globals';
import type { Checked } from '#plan';
import { failureOf } from './check.ts';

const checked = (says: string, found?: string): Checked => ({
  says,
  ok: found === undefined,
  ms: 1,
  tries: 1,
  ...(found === undefined ? {} : { found }),
});

test('checks that pass are no failure', () => {
  expect(failureOf([checked('a'), checked('b')])).toBeUndefined();
});

test('the one check that failed is told as it is', () => {
  const { fault } = failureOf([checked('a'), checked('the worker answers', 'expected 2xx, found 503')]) ?? {};
  expect(fault?.code).toBe('CHECK_FAILED');
  expect(fault?.what).toBe('the check the worker answers failed: expected 2xx, found 503');
});

test('of several the first is named where people look first, and all in what was said', () => {
  const all = [
    checked('a'),
    checked('the worker answers', 'found 503'),
    checked('the result', 'found none'),
    checked('b', '404'),
  ];
  const { fault } = failureOf(all) ?? {};
  expect(fault?.what).toBe('the check the worker answers failed: found 503; 2 more of 4 failed after it');
  expect(fault?.said).toEqual(['the worker answers: found 503', 'the result: found none', 'b: 404']);
});
