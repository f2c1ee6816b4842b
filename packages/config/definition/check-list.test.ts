import { expect, test } from '@jest/globals';
import { validate } from '../validate.ts';
import { checkList, recordedChecks } from './check-list.ts';

const problems = (...checks: readonly unknown[]) =>
  validate(checkList, checks, { where: 'smoke' }).problems.map(({ what }) => what);
const value = (check: unknown) => validate(checkList, [check], { where: 'smoke' }).value?.[0];

test('what a check saves, only a later one may name', () => {
  const saves = { get: '/', save: { id: 'id' } };
  expect(problems(saves, { get: '/{id}/' })).toEqual([]);
  expect(problems({ get: '/{id}/' }, saves)).toEqual(['[0]: {id} in /{id}/: no check before this one saves it']);
  expect(problems(saves, { get: 'https://{id}.example/' })[0]).toContain('cannot say which host is asked');
});

test('a saved value has one source, by a short form or a long one', () => {
  const save = { a: '$.x', b: { match: 'v(.)' }, c: { cookie: 'sid', secret: true } };
  expect(value({ get: '/', save })).toMatchObject({
    save: {
      a: { from: 'json', at: '$.x', secret: false },
      b: { from: 'match', at: 'v(.)', secret: false },
      c: { from: 'cookie', at: 'sid', secret: true },
    },
  });
  for (const wrong of [{}, { json: 'a', header: 'b' }, { match: '(' }, { jsno: 'a' }, 7])
    expect(problems({ get: '/', save: { a: wrong } })).toHaveLength(1);
  expect(problems({ get: '/', save: { NAME: 'id' } })).toHaveLength(1);
});

test('what goes together in a request, and what does not', () => {
  const upload = { f: { content: 'x', name: 'x.txt' } };
  expect(problems({ post: '/', form: {}, upload })).toEqual([]);
  expect(problems({ post: '/', body: '', upload })).toHaveLength(1);
  expect(problems({ post: '/', form: {}, file: 'a' })).toHaveLength(1);
  expect(problems({ get: '/', file: 'a' })).toEqual(['[0].file: GET and HEAD send nothing']);
  expect(problems({ post: '/', file: '../a' })).toHaveLength(1);
  expect(problems({ post: '/', upload: { f: { content: 'x' } } })[0]).toContain('needs the name');
  expect(problems({ post: '/', upload: { f: { content: 'x', file: 'x' } } })).toHaveLength(1);
  expect(problems({ get: '/', from: 'host', socket: '/run/x.sock' })).toEqual([]);
  expect(problems({ get: '/', socket: '/run/x.sock' })).toEqual(['[0].socket: a socket is asked from: host']);
  expect(problems({ certificate: true, from: 'host' })).toHaveLength(1);
  expect(problems({ post: '/', csrf: true })[0]).toContain('belongs to a session');
  expect(problems({ post: '/', session: 's', csrf: false })).toHaveLength(1);
});

test('a WebSocket and a certificate have keys of their own', () => {
  expect(problems({ websocket: '/ws/', send: 'x', contains: 'x', close: 1000, session: 's' })).toEqual([]);
  expect(problems({ websocket: 'https://x/' })).toHaveLength(1);
  expect(problems({ websocket: '/ws/', get: '/' })[0]).toContain('exactly one of');
  expect(problems({ websocket: '/ws/', form: {} })).toEqual(['[0].form: form says nothing about websocket']);
  expect(problems({ websocket: '/ws/', send: 'x', data: 1 })).toHaveLength(1);
  expect(problems({ get: '/', send: 'x' })).toEqual(['[0].send: send says nothing about get']);
  expect(problems({ get: '/', 'expires-after': '1d' })).toEqual([
    '[0].expires-after: expires-after says nothing about get',
  ]);
  expect(problems({ certificate: true, 'expires-after': '14d', issuer: 'X' })).toEqual([]);
  expect(problems({ certificate: 'a b' })).toHaveLength(1);
  expect(problems({ certificate: true, headers: { a: 'b' } })).toHaveLength(1);
  expect(value({ websocket: 'wss://a.example/ws/', send: 'x' })).toMatchObject({
    url: 'https://a.example/ws/',
    websocket: { close: undefined },
    body: 'x',
  });
  expect(value({ certificate: 'a.example:8443' })).toMatchObject({
    url: 'https://a.example:8443/',
    certificate: { expiresAfter: 0 },
  });
});

test('p95 alone asks 20 times; csrf goes by Django’s names', () => {
  expect(value({ get: '/', p95: '300ms' })).toMatchObject({ repeat: 20, p95: 300 });
  expect(value({ get: '/' })).toMatchObject({ repeat: 1, p95: undefined });
  expect(value({ post: '/', session: 's', csrf: { field: '_token' } })).toMatchObject({
    csrf: { cookie: 'csrftoken', field: '_token', header: 'X-CSRFToken' },
  });
});

test('checks that an older version has recorded get the defaults of the keys it did not know', () => {
  expect(recordedChecks([{ method: 'GET', url: '/x', within: 5 }])).toMatchObject([
    { method: 'GET', url: '/x', within: 5, repeat: 1, save: {}, always: false },
  ]);
});
