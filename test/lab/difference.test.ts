import { expect, test } from '@jest/globals';
import { difference } from './difference.ts';

test('tells which lines are gone, which came, and that one is there more than once', () => {
  expect(difference(['a', 'b'], ['b', 'a'])).toEqual([]);
  expect(difference(['a', 'b'], ['b', 'c'])).toEqual(['- a', '+ c']);
  expect(difference(['a'], ['a', 'a'])).toEqual(['1 lines, then 2']);
});
