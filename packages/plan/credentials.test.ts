import { expect, test } from '@jest/globals';
import { loginOf, secretsOfAddress } from './index.ts';

test.each([
  ['https://aws:t0ken@index.example/simple', ['https://aws:t0ken@index.example/simple', 'aws:t0ken', 't0ken', 'YXdzOnQwa2Vu']],
  ['https://me:a%2Fb@h/s', ['https://me:a%2Fb@h/s', 'me:a%2Fb', 'me:a/b', 'a%2Fb', 'a/b', 'bWU6YS9i']],
  ['https://t0ken@h/s', ['https://t0ken@h/s', 't0ken', 'dDBrZW46']],
  ['https://h/s', []],
  ['https://h/s?to=a@b', []],
  ['no address', []],
])('what may not be shown of %s', (address, secrets) => {
  expect(secretsOfAddress(address)).toEqual(secrets);
}); // prettier-ignore

test('user and password of an address', () => {
  expect(loginOf('https://me:a%2Fb@h/s')).toEqual({ user: 'me', password: 'a/b' });
  for (const none of ['https://h/s', 'https://me@h/s', 'https://:b@h/s', 'no address'])
    expect(loginOf(none)).toBeUndefined();
});
