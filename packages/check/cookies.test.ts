import { expect, test } from '@jest/globals';
import { cookiesFor, stored } from './cookies.ts';
import type { Site } from './cookies.ts';

const site = (path: string, more: Partial<Site> = {}): Site => ({ host: 'a.example', path, secure: true, ...more });
const jar = (...lines: string[]) => stored([], site('/login/now'), lines, 0);
const sent = (cookies: ReturnType<typeof jar>, to: Site) =>
  cookiesFor(cookies, to).map(({ name, value }) => `${name}=${value}`);

test('a cookie goes back to the server that set it, below its path, and nowhere else', () => {
  const cookies = jar('a=1; Path=/', 'b=2', 'c=3; path=/login/now/; HttpOnly', 'd=4; Domain=example; Path=/');
  expect(sent(cookies, site('/login/now/x'))).toEqual(['c=3', 'b=2', 'a=1', 'd=4']);
  expect(sent(cookies, site('/loginx'))).toEqual(['a=1', 'd=4']);
  expect(sent(cookies, site('/', { host: 'example' }))).toEqual([]);
  expect(sent(cookies, site('/', { host: 'b.a.example' }))).toEqual([]);
  expect(sent(cookies, site('/', { host: 'a.example:8443' }))).toEqual([]);
});

test('a Secure cookie does not go where others could read it', () => {
  const cookies = jar('s=1; Path=/; Secure', 'p=2; Path=/');
  expect(sent(cookies, site('/', { secure: false }))).toEqual(['p=2']);
});

test('the newest of a name stays, and a deleted one goes', () => {
  const gone = 'Thu, 01 Jan 1970 00:00:00 GMT';
  expect(sent(jar('a=1; Path=/', 'a=2; Path=/'), site('/'))).toEqual(['a=2']);
  expect(jar('a=1; Path=/', 'a=; Path=/; Max-Age=0')).toEqual([]);
  expect(jar('a=1; Path=/', `a=; Path=/; expires=${gone}`)).toEqual([]);
  expect(jar(`a=1; expires=${gone}; Max-Age=60`)).toHaveLength(1);
});

test('what is no cookie, or cannot be sent, is left out; and a jar has its limits', () => {
  expect(jar('', 'nonsense', '=x', 'a=x\r\nX-Evil: 1', 'ä=1', `a=${'x'.repeat(5000)}`)).toEqual([]);
  expect(jar(...Array.from({ length: 150 }, (_, at) => `c${at}=1`))).toHaveLength(100);
});
