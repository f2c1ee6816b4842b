import { describe, expect, test } from '@jest/globals';
import type { Check } from '#config';
import { plainCheck } from '../../test/fakes/plain-check.ts';
import type { Answer } from '#check';
import { judge } from './judge.ts';
import { loadSelect } from './json-path.ts';

const select = await loadSelect();
const check = (more: Partial<Check>): Check => ({ ...plainCheck('/'), ownRedirect: false, ...more });
const answer = (more: Partial<Answer> = {}): Answer => ({
  answered: true,
  status: 200,
  headers: {},
  setCookies: [],
  body: '',
  cut: false,
  ms: 5,
  ...more,
});
const url = new URL('https://example.org/a/b');
const judged = (wanted: Partial<Check>, found: Partial<Answer>, redirect?: string) =>
  judge(check(wanted), answer(found), {
    url,
    host: url.host,
    select,
    scrub: (text) => text.replaceAll('hunter2', '$PASSWORD'),
    ...(redirect === undefined ? {} : { redirect }),
  });

describe('the status', () => {
  test('is any 2xx unless said', () => {
    expect(judged({}, { status: 204 })).toEqual([]);
    expect(judged({}, { status: 502, body: '<h1>Bad\n Gateway</h1>' })).toEqual([
      'expected status 2xx, found 502',
      'the body: <h1>Bad Gateway</h1>',
    ]);
    expect(judged({}, { status: 302, headers: { location: '/login' } })).toEqual([
      'expected status 2xx, found 302 to /login',
    ]);
  });
  test('is what is said', () => {
    expect(judged({ status: [401, 403] }, { status: 403 })).toEqual([]);
    expect(judged({ status: [401, 403] }, { status: 200 })).toEqual(['expected status 401 or 403, found 200']);
  });
  test.each([
    ['/login', true],
    ['https://example.org/x', true],
    ['http://example.org/x', true],
    ['//example.org/x', true],
    ['https://example.org:8443/x', false],
    ['https://www.example.org/', false],
    [undefined, false],
  ])('of the default check may be a redirect to the same host: %s', (location, right) => {
    const headers: Record<string, string> = location === undefined ? {} : { location };
    expect(judged({ ownRedirect: true }, { status: 301, headers }).length === 0).toBe(right);
  });
});

test('a redirect has its target', () => {
  const wanted = { redirect: '/login/' };
  const target = 'https://example.org/login/';
  expect(judged(wanted, { status: 302, headers: { location: '/login/' } }, target)).toEqual([]);
  expect(judged(wanted, { status: 302, headers: { location: target } }, target)).toEqual([]);
  expect(judged(wanted, { status: 302, headers: { location: '/login/?next=/' } }, target)).toEqual([
    'expected a redirect to /login/, found /login/?next=/',
  ]);
  expect(judged(wanted, { status: 302 }, target)).toEqual(['expected a redirect to /login/, found no Location']);
  expect(judged(wanted, { status: 200 }, target)).toEqual(['expected status 3xx, found 200']);
});

test('headers are there with their value, or absent', () => {
  const wanted = { responseHeaders: { 'X-Frame-Options': 'DENY' }, without: ['Server'] };
  expect(judged(wanted, { headers: { 'x-frame-options': 'DENY' } })).toEqual([]);
  expect(judged(wanted, { headers: { server: 'gunicorn' } })).toEqual([
    'expected header X-Frame-Options: DENY, found none',
    'expected no header Server, found gunicorn',
  ]);
});

test('the body holds each text; what is shown is scrubbed before it is cut', () => {
  expect(judged({ contains: ['ok', 'fine'] }, { body: 'ok and fine' })).toEqual([]);
  const [first, second] = judged({ contains: ['ok'] }, { body: `${'x'.repeat(196)}hunter2`, cut: true });
  expect(first).toBe('expected "ok" in the body, found it nowhere in its first megabyte');
  expect(second).toBe(`the body: ${'x'.repeat(196)}$PA…`);
});

describe('JSON', () => {
  const body = JSON.stringify({ status: 'ok', n: [1, 2], deep: { list: [{ id: 1 }, { id: 2 }] }, none: null });
  test.each<[Check['json']]>([
    [{ status: 'ok', n: [1, 2], none: null }],
    [{ '$.deep.list[1].id': 2 }],
    [{ '$.deep.list[*].id': [1, 2] }],
    [{ '$.deep.list[?@.id == 2].id': 2 }],
    [{ '$.deep.list[0]': { id: 1 } }],
  ])('%j holds', (json) => {
    expect(judged({ json }, { body })).toEqual([]);
  });
  test.each<[Check['json'], string]>([
    [{ status: 'up' }, 'expected status = "up", found "ok"'],
    [{ missing: 1 }, 'expected missing = 1, found nothing there'],
    [{ toString: 1 }, 'expected toString = 1, found nothing there'],
    [{ n: 1 }, 'expected n = 1, found [1,2]'],
    [{ '$.n[*]': [2, 1] }, 'expected $.n[*] = [2,1], found [1,2]'],
    [{ '$.x': null }, 'expected $.x = null, found nothing there'],
  ])('%j does not', (json, text) => {
    expect(judged({ json }, { body })[0]).toBe(text);
  });
  test('a path that is none is said to be none', () => {
    expect(judged({ json: { '$.[': 1 } }, { body })[0]).toMatch(/^\$\.\[ is no JSONPath: ./);
  });
  test('is needed', () => {
    expect(judged({ json: { a: 1 } }, { body: '<p>' })).toEqual([
      'expected JSON, found something else',
      'the body: <p>',
    ]);
    expect(judged({ json: { a: 1 } }, {})).toEqual(['expected JSON, found an empty body']);
  });
});

test('an answer may take its time and no longer', () => {
  expect(judged({ max: 100 }, { ms: 100 })).toEqual([]);
  expect(judged({ max: 100 }, { ms: 1101 })).toEqual(['expected an answer within 100 ms, it took 1.1 s']);
});
