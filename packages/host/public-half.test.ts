import { expect, test } from '@jest/globals';
import { publicHalf } from '#host';
import { bareKey, generateKey } from '../../test/lab/keys.ts';

test('the public half of a key is what a host is given; a text that is no key has none', async () => {
  const { privateKey, publicKey } = generateKey('deploy');
  expect(await publicHalf({ privateKey })).toBe(bareKey(publicKey));
  expect(await publicHalf({ privateKey: publicKey })).toBeUndefined();
});
