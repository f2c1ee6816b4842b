import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEnvFile } from '../release/env-file.ts';
import { envValues } from './env-values.ts';
import { masksOfEnv, masksOfValues } from './secrets.ts';

const masks = (content: string, open?: string) => masksOfEnv(content, open);

describe('of a .env is masked, before anything can be said', () => {
  test.each([
    ['a name that tells', "SECRET_KEY='a b c d'", ['a b c d']],
    ['a short one too', 'TOKEN=abcd', ['abcd']],
    ['but not what would blot out everything', 'TOKEN=abc', []],
    ['a password in an address', 'DATABASE_URL=postgres://u:pässword@db/x', ['postgres://u:pässword@db/x', 'pässword']],
    ['what looks random', 'ODD=3f9c2ab8d77e61', ['3f9c2ab8d77e61']],
    ['nothing else', 'DEBUG=True\nALLOWED_HOSTS=example.org\nGREETING=good morning\n# TOKEN=commented', []],
    [
      'a key that goes over lines, line by line',
      'PRIVATE_KEY="-----BEGIN KEY-----\nMIIEabc=\nMIIFdef\n-----END KEY-----"\nA=b',
      ['MIIEabc=', 'MIIFdef'],
    ],
  ])('%s', (_, content, expected) => {
    expect(masks(content)).toEqual(expected);
  });

  test('as it is, and as programs print it in quotes', () => {
    expect(masks(String.raw`PASSWORD='a"b\c'`)).toEqual([String.raw`a"b\c`, String.raw`a\"b\\c`, String.raw`a"b\\c`]);
    expect(masks(String.raw`PASSWORD="a\"b\\c"`)[0]).toBe(String.raw`a"b\c`);
  });
});

test('of values for checks all are masked before anything can be said, plain ones too, in each form and line by line', () => {
  const lines =
    'USER=someone\nPIN=1234 # a comment\nTWO="first line\nsecond line"\nQUOTED=\'a"bcd\'\nTINY=abc\nno entry\n';
  expect(masksOfValues(lines)).toEqual([
    ...['someone', '1234', '1234 # a comment', 'first line', 'second line', 'a"bcd', String.raw`a\"bcd`, 'no entry'],
  ]);
});

describe('before a host can print it, of a .env is masked', () => {
  const open = JSON.stringify({ host: 'deploy@example.org', path: '/srv/notes', url: 'https://example.org' });

  test.each([
    ['GREETING=good morning', ['good morning']],
    ['PLAIN=correcthorse # a comment', ['correcthorse', 'correcthorse # a comment']],
    ['HOOK=https://hooks.example.org/T0/B0/abc', ['https://hooks.example.org/T0/B0/abc']],
    ['not an entry', ['not an entry']],
    ['PIN=123456', ['123456']],
    ['DB_HOST=db.internal', ['db.internal']],
  ])('%s', (content, expected) => {
    expect(masks(content, open)).toEqual(expected);
  });

  test.each([
    'PORT=8000',
    'DEBUG=False',
    'DJANGO_ENV=production',
    'DB_USER=deploy',
    'APP_ROOT=/srv/notes',
    'BIND=127.0.0.1',
    'LOG_LEVEL=WARNING',
    'ALLOWED_HOSTS=example.org',
    '# a comment',
  ])('not %s: it is plain, or describes the target', (content) => {
    expect(masks(content, open)).toEqual([]);
  });
});

test('every value that a host reads from a .env is looked at', () => {
  const text = fc
    .array(fc.constantFrom('"', "'", '\\', '\n', ' ', '#', '=', '$', '`', 'n', 'abc', '\t', 'é'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const quoted = fc.oneof(
    text.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`),
    text.map((value) => `'${value.replaceAll("'", '')}'`),
    text.map((value) => value.replaceAll('\n', '')),
  );
  const file = fc
    .array(fc.tuple(fc.constantFrom('A', 'export B', ' C '), quoted, fc.constantFrom('', ' # said', ' ')), {
      maxLength: 5,
    })
    .map((entries) => entries.map(([name, value, after]) => `${name}=${value}${after}`).join('\n'));
  let values = 0;
  fc.assert(
    fc.property(file, (content) => {
      const read = readEnvFile(content);
      if (!read.ok) return;
      const found = envValues(content);
      for (const { name, value } of read.value.filter((one) => one.value !== '')) {
        values += 1;
        expect(found).toContainEqual({ name, value });
      }
    }),
    { numRuns: 2000, seed: 11 },
  );
  expect(values).toBeGreaterThan(2000);
});
