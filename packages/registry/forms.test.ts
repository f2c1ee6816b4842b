import { describe, expect, test } from '@jest/globals';
import { challengeOf } from './challenge.ts';
import { credentialsIn } from './docker-config.ts';
import { formatImageName, parseImageName } from './name.ts';
import { isLoopback, originsOf } from './origin.ts';
import { backoff, pauseAfter } from './pause.ts';

const digest = `sha256:${'0a'.repeat(32)}` as const;

describe('names of images', () => {
  test('are read as Docker reads them', () => {
    const read = (text: string): string | readonly string[] => {
      const { name, problems } = parseImageName(text);
      return name === undefined ? problems : formatImageName(name);
    };
    expect(read('redis')).toBe('docker.io/library/redis');
    expect(read('team/app:v1')).toBe('docker.io/team/app:v1');
    expect(read('localhost/app')).toBe('localhost/app');
    expect(read('127.0.0.1:5000/app')).toBe('127.0.0.1:5000/app');
    expect(read('[::1]:5000/app')).toBe('[::1]:5000/app');
    expect(read('registry.test:8443/a/b__c/d-e.f:1.0_x')).toBe('registry.test:8443/a/b__c/d-e.f:1.0_x');
    expect(read(`registry.test/app:v1@${digest}`)).toBe(`registry.test/app:v1@${digest}`);
    expect(parseImageName(`registry.test:1/app:v1@${digest}`).name).toEqual({
      registry: 'registry.test:1',
      repository: 'app',
      tag: 'v1',
      digest,
    });
  });

  test('have all their problems told at once', () => {
    expect(parseImageName('').problems).toEqual(['an image name is empty']);
    const told = parseImageName('https://reg_istry.test/App:-x@sha1:00').problems;
    expect(told).toHaveLength(5);
    expect(told.join('\n')).toMatch(/https:.*\n.*sha1:00.*\n.*reg_istry\.test.*\n.*-x.*\n.*App/);
    for (const wrong of [
      'a//b',
      'a/',
      '/a',
      'a:',
      'a@',
      'a:b:c',
      `a@${digest}@${digest}`,
      'x.y:99999/a',
      'a b',
      `a/${'b'.repeat(260)}`,
    ])
      expect([wrong, parseImageName(wrong).problems.length > 0]).toEqual([wrong, true]);
  });
});

test('what a registry asks for with 401', () => {
  expect(challengeOf('Basic realm="x"')).toEqual({ scheme: 'basic' });
  expect(challengeOf('Bearer realm="https://a.test/t?x=1",service="reg, one",scope="repository:a:pull,push"')).toEqual({
    scheme: 'bearer',
    realm: 'https://a.test/t?x=1',
    service: 'reg, one',
    scope: 'repository:a:pull,push',
  });
  expect(challengeOf('Basic realm="x", bearer realm=https://a.test/t')).toMatchObject({ realm: 'https://a.test/t' });
  expect([challengeOf(undefined), challengeOf('Bearer realm="no address"'), challengeOf('Negotiate')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('where a registry answers: plain http is for loopback only', () => {
  const at = (registry: string): readonly string[] => originsOf(registry).map(({ href }) => href);
  expect(at('registry.test:80')).toEqual(['https://registry.test:80/']);
  expect(at('127.0.0.1:5000')).toEqual(['https://127.0.0.1:5000/', 'http://127.0.0.1:5000/']);
  expect(at('docker.io')).toHaveLength(1);
  expect(['http://127.1.2.3', 'http://[::1]:1', 'http://localhost'].every((one) => isLoopback(new URL(one)))).toBe(
    true,
  );
  expect(['http://127.0.0.1.test', 'http://128.0.0.1', 'http://localhost.test'].some((one) => isLoopback(new URL(one)))).toBe(false); // prettier-ignore
});

test('how long to wait before asking again', () => {
  const after = (status: number, headers: Record<string, string> = {}): number | undefined =>
    pauseAfter({ status, headers }, 1);
  expect([after(200), after(404), after(401), after(500), after(429)]).toEqual([undefined, undefined, undefined, 1000, 1000]); // prettier-ignore
  const date = 'Fri, 02 Jan 2026 12:00:00 GMT';
  expect(after(429, { 'x-ratelimit-reset': '1767355260', date })).toBe(60_000);
  expect(after(429, { 'ratelimit-reset': '60;w=3600' })).toBe(60_000);
  expect([pauseAfter({ code: 'ECONNRESET' }, 0), pauseAfter({ code: 'CERT_HAS_EXPIRED' }, 0)]).toEqual([
    500,
    undefined,
  ]);
  expect(Array.from({ length: 8 }, (_, tries) => backoff(tries))).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]); // prettier-ignore
});

test('the login that Docker’s configuration file has of a registry', () => {
  const auth = Buffer.from('me:pass:word').toString('base64');
  const found = { credentials: { username: 'me', password: 'pass:word' } };
  for (const key of ['r.test', 'https://r.test', 'https://r.test/v1/'])
    expect(credentialsIn(JSON.stringify({ auths: { [key]: { auth } } }), 'r.test')).toEqual(found);
  expect(credentialsIn(JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } }), 'docker.io')).toEqual(found); // prettier-ignore
  expect(credentialsIn(JSON.stringify({ auths: { 'other.test': { auth } } }), 'r.test')).toEqual({});
  expect(credentialsIn(JSON.stringify({ credHelpers: { 'r.test': 'ecr' } }), 'r.test').unused).toContain('helper ecr');
  expect(credentialsIn(JSON.stringify({ auths: { 'r.test': { identitytoken: 'x' } } }), 'r.test').unused).toContain('identity token'); // prettier-ignore
  expect(credentialsIn('no json', 'r.test').unused).toContain('no JSON');
});
