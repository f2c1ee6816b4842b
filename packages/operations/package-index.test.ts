import { expect, test } from '@jest/globals';
import { packageIndexProblems } from './package-index.ts';

test.each([undefined, 'https://h/simple', 'http://127.0.0.1:3141/root/simple', 'https://aws:a-B.9_~=+$@h/simple', 'https://me:a%2Fb%3D@h/s'])(
  '%s can be a package index',
  (address) => {
    expect(packageIndexProblems(address)).toEqual([]);
  },
); // prettier-ignore

test.each([
  ['h/simple', /not an http/],
  ['https://h/a b', /not an http/],
  ['ftp://me:pw@h/simple', /not an http/],
  ['https://xqzj@h/simple', /a user without a password/],
  ['https://:xqzj@h/simple', /a password without a user/],
  ['https://me:xq%20zj@h/simple', /a blank/],
  ['https://me:xq%22zj@h/simple', /a quote/],
  ['https://me:xq%23zj@h/simple', /#/],
  ['https://me:xq%5Czj@h/simple', /\\/],
  ['https://me:xqézj@h/simple', /beyond ASCII/],
])('%s cannot, and is not repeated', (address, what) => {
  const [problem, ...more] = packageIndexProblems(address);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ where: 'input package-index', what: expect.stringMatching(what) });
  expect(JSON.stringify(problem)).not.toMatch(/xq|zj|pw/);
});
