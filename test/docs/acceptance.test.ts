/** docs/acceptance.md explains each name that a test's title begins with, and says in which files it is. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');

/** A text in quotes that begins with a name of acceptance, and goes on as titles do. */
const titles = /(['"`])([AGFIOC]\d{1,2})(?=\1|:? [a-z0-9]|: |\/[a-z]+:)/g;

const files =
  execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', 'test/*.ts', 'packages/*.ts'], { cwd: root, encoding: 'utf8' }) // prettier-ignore
    .trim()
    .split('\n');

const named = files.flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(titles)].map(([, , name = '']) => `${name} ${file}`),
);

const rows = readFileSync(join(root, 'docs/acceptance.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, asks = '', where = ''] = /^\| ([A-Z]\d+) \| (.+) \| (.+) \|$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, asks, files: [...where.matchAll(/`([^`]+)`/g)].map(([, file]) => file) }];
  });

test('each name in a title is explained, each one that is explained is in a title, and of the files none is left out', () => {
  const written = rows.flatMap(({ name, files: at }) => at.map((file) => `${name} ${file ?? ''}`));
  expect(written.sort()).toEqual([...new Set(named)].sort());
  expect(written.length).toBeGreaterThan(20);
});

test('each is explained once, in one sentence', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { asks } of rows) expect(asks).toMatch(/^[A-Z].*\.$/);
});
