import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'landfall-ci-'));
  mkdirSync(join(root, 'landfall/.ci'), { recursive: true });
  cpSync(join(import.meta.dirname, '../.ci/run'), join(root, 'landfall/.ci/run'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => {
  const child = spawn('.ci/run', args, {
    cwd: join(root, 'landfall'),
    env: { PATH: `${root}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const ended = new Promise<{ readonly code: number | null; readonly log: string }>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, log });
    });
  });
  return { ended, group: child.pid ?? 0 };
};

/** `npm test` and `npm run check` do as is said here. */
const npm = (test: string, check: string): void => {
  const text = `#!/bin/sh\ncase $* in\n  test) ${test} ;;\n  'run check') ${check} ;;\nesac\n`;
  writeFileSync(join(root, 'npm'), text, { mode: 0o755 });
};
const passing = (name: string): string => `echo '${name}: 2 passed, 0 failed, 0 skipped'`;

/** What .ci/run says of this log: its last line, or what failed in it. */
const saidOf = async (what: 'total' | 'durations' | 'failures', log: string): Promise<string> => {
  writeFileSync(join(root, 'log'), log);
  return (await run(what, '../log').ended).log;
};
const totalOf = (log: string): Promise<string> => saidOf('total', log);

test('tiers that went well are summed', async () => {
  npm(passing('test'), passing('check'));
  const { code, log } = await run('all', 'test', 'check').ended;
  expect(log).toMatch(/\n== all: exit 0\n$/);
  expect([code, await totalOf(log)]).toEqual([0, '4 passed, 0 failed, 0 skipped\n']);
});

test('what could not begin beside the others is a failure', async () => {
  npm(passing('test'), passing('check'));
  mkdirSync(join(root, 'beside.log'));
  const { code, log } = await run('all', 'test', 'check').ended;
  expect([code, await totalOf(log)]).toEqual([1, '2 passed, 1 failed, 0 skipped\n']);
});

test('a log that ends between two tiers is a failure', async () => {
  npm(passing('test'), passing('check'));
  const { log } = await run('all', 'test', 'check').ended;
  expect(await totalOf(log.slice(0, log.indexOf('== npm run check')))).toBe('2 passed, 1 failed, 0 skipped\n');
});

test('how long each tier took is said at the end, and which was not through', async () => {
  const log = [
    '== npm ci\nadded\n== npm ci: exit 0 after 31 s',
    '== npm test\ntest: 1 passed, 1 failed, 0 skipped\n== npm test: exit 1 after 730 s',
    '== npm run test:proof -- --but a b\n== npm run test:proof -- --but a b: exit 0 after 5 s',
    '== npm run test:lab\nspine │ == npm ci',
    '== all: exit 1\n',
  ].join('\n');
  expect((await saidOf('durations', log)).replaceAll(/ {3,}/g, ' … ')).toBe(
    [
      '  npm ci … 31 s  exit 0',
      '  npm test … 730 s  exit 1',
      '  npm run test:proof -- --but a b … 5 s  exit 0',
      '  npm run test:lab … not through\n',
    ].join('\n'),
  );
});

test('what failed is said once more, once, and nothing else', async () => {
  const jest = '  ● a suite › a test\n\n    Expected: 1\n';
  const log = [
    '== npm test',
    `PASS one.test.ts\nFAIL two.test.ts\n${jest}\nPASS three.test.ts\n  ✓ a test\n\nSummary of all failing tests\n${jest}`,
    '== npm test: exit 1 after 9 s',
    '== npm run demo\n   │ ✗ a deploy that fails on purpose\n   did not hold: 2. two: why\n== npm run demo: exit 1 after 3 s',
    '== npm run test:lab\na │ ✗ the first line\nb │ held\na │ the second line\n== npm run test:lab: exit 1 after 4 s',
    '== npm run test:proof\n   races: ✗ two held it\n== npm run test:proof: exit 1 after 5 s',
    '== npm run check\nok     types\nFAILED lint\n       a.ts:1 no\nok     shell\n== npm run check: exit 1 after 6 s',
    '== all: exit 1\n',
  ].join('\n');
  expect((await saidOf('failures', log)).split('\n').filter((line) => line !== '')).toEqual([
    '  ● a suite › a test',
    '    Expected: 1',
    '== npm test: exit 1 after 9 s',
    '   did not hold: 2. two: why',
    '== npm run demo: exit 1 after 3 s',
    'a │ ✗ the first line',
    'a │ the second line',
    '== npm run test:lab: exit 1 after 4 s',
    '   races: ✗ two held it',
    '== npm run test:proof: exit 1 after 5 s',
    'FAILED lint',
    '       a.ts:1 no',
    '== npm run check: exit 1 after 6 s',
  ]);
});

test('who is told to end ends what is beside, and says what that has said', async () => {
  npm(
    `echo >'${root}/testing'; sleep 1000`,
    `echo 'so far'; echo >'${root}/begun'; until [ -e '${root}/over' ]; do sleep 0.1; done; echo >'${root}/lives'`,
  );
  const { ended, group } = run('all', 'test', 'check');
  for (const one of ['begun', 'testing']) while (!existsSync(join(root, one))) await sleep(20);
  process.kill(-group, 'SIGINT');
  const { code, log } = await ended;
  expect(log).toMatch(/\nso far\n== all: exit 1\n$/);
  expect([code, await totalOf(log)]).toEqual([1, '0 passed, 1 failed, 0 skipped\n']);
  writeFileSync(join(root, 'over'), '');
  await sleep(500);
  expect(existsSync(join(root, 'lives'))).toBe(false);
});
