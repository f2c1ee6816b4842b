import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ScanReport } from '#plan';
import { startCacheService } from '../fakes/cache-service.ts';
import type { CacheService } from '../fakes/cache-service.ts';
import { fromSources } from '../runner/from-sources.ts';
import { startStep, workflowRun } from '../runner/index.ts';
import type { StepEnd } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');
const dist = fromSources('test-and-scan');
const base = mkdtempSync(join(tmpdir(), 'landfall-base-tests-'));
let folder = '';
let count = 0;
let service: CacheService;
beforeEach(async () => {
  folder = join(base, `${(count += 1)}`);
  mkdirSync(join(folder, 'work'), { recursive: true });
  git('init', '-q', '-b', 'main');
  service = await startCacheService();
});
afterEach(() => service.close());
afterAll(() => {
  for (const one of [base, dist]) rmSync(one, { recursive: true, force: true });
});

const git = (...words: string[]): string =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
  }).trim();

/** Commits a suite of these tests; `-` before one: it is skipped. Gives the commit. */
const suite = (...names: string[]): string => {
  const cases = names.map((name) =>
    name.startsWith('-')
      ? `<testcase classname="t" name="${name.slice(1)}"><skipped/></testcase>`
      : `<testcase classname="t" name="${name}"/>`,
  );
  writeFileSync(join(folder, 'work/suite.xml'), `<testsuite tests="${names.length}">${cases.join('')}</testsuite>`);
  writeFileSync(join(folder, 'work/.gitignore'), 'junit.xml\n');
  git('add', '-A');
  git('commit', '-qm', 'x');
  return git('rev-parse', 'HEAD');
};

const repository = { default_branch: 'main' };
const pull = (head: string) => ({
  repository,
  pull_request: {
    head: { repo: { full_name: 'spine/notes' }, ref: 'x', sha: head },
    base: { repo: { full_name: 'spine/notes' }, ref: 'main', sha: '0'.repeat(40) },
  },
});

type More = { readonly job?: string; readonly matrix?: Readonly<Record<string, string>> };

const step = (
  sha: string,
  event: string,
  inputs: Readonly<Record<string, string>> = {},
  { job = 'test', matrix }: More = {},
): Promise<StepEnd> =>
  startStep({
    action: 'test-and-scan',
    root,
    dist,
    ...(matrix === undefined ? {} : { matrix }),
    run: workflowRun({ sha, job, ref: event === 'push' ? 'refs/heads/main' : 'refs/pull/1/merge' }),
    workspace: join(folder, 'work'),
    temp: join(folder, 'temp'),
    event: { name: event, payload: event === 'push' ? { repository } : pull(sha) },
    inputs: { run: 'unit: cp suite.xml junit.xml', junit: 'junit.xml', ...inputs },
    env: service.variables,
  }).ended;

/** Another machine: nothing of earlier runs lies there. */
const forget = (): void => {
  rmSync(join(folder, 'temp'), { recursive: true, force: true });
};
const scanOf = ({ outputs }: StepEnd): ScanReport =>
  (JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as { scan: ScanReport }).scan;
const compared = (end: StepEnd) => scanOf(end).gates.find(({ name }) => name === 'compared tests');

test('tests that the base branch had are missed by a pull request that lacks or skips them, which keeps no list', async () => {
  expect(await step(suite('a', 'b', 'c', '-d'), 'push')).toMatchObject({ exit: 0 });
  expect(service.keys()).toEqual([expect.stringMatching(/^landfall-tests-[0-9a-f]{32}-[0-9a-f]{40}$/)]);
  forget();
  // `b` is gone, `c` is skipped, `d` was skipped before, `e` is new
  const red = await step(suite('a', '-c', '-d', 'e'), 'pull_request');
  expect(red).toMatchObject({ exit: 1, outputs: { verdict: 'failed' } });
  expect(compared(red)).toMatchObject({ outcome: 'failed' });
  expect(scanOf(red).findings.map(({ rule, subject }) => [rule, subject])).toEqual([
    ['test-removed', 't::b'],
    ['test-skipped', 't::c'],
  ]);
  expect(red.summary).toContain('t::b is gone');
  forget();
  const green = await step(suite('a', 'b', 'c', 'd'), 'pull_request');
  expect(green).toMatchObject({ exit: 0 });
  expect(compared(green)?.outcome).toBe('passed');
  expect(compared(green)?.found).toMatch(/^4 tests of the base branch at [0-9a-f]{7}$/);
  expect(service.keys()).toHaveLength(1);
  expect(service.calls.filter((call) => call === 'CreateCacheEntry')).toHaveLength(1);
}, 300_000);

test('a list that is not known is a note, and where it is required the verdict is incomplete', async () => {
  const sha = suite('a');
  const auto = await step(sha, 'pull_request');
  expect(auto).toMatchObject({ exit: 0 });
  expect(compared(auto)).toBeUndefined();
  expect(auto.summary).toContain('the tests of the base branch are not known');
  const required = await step(sha, 'pull_request', { 'compare-tests': 'required' });
  expect(required).toMatchObject({ exit: 1, outputs: { verdict: 'incomplete' } });
  expect(compared(required)).toMatchObject({ outcome: 'incomplete' });
  expect(service.keys()).toEqual([]);
}, 300_000);

test('jobs, shards of a matrix and steps with a name have lists of their own, though their files have one name', async () => {
  const others = [
    ['unit', {}, { job: 'unit' }],
    ['browser', {}, { job: 'browser' }],
    ['shard 1', {}, { matrix: { shard: '1' } }],
    ['shard 2', {}, { matrix: { shard: '2' } }],
    ['named', { suite: 'slow' }, {}],
  ] as const;
  for (const [name, inputs, more] of others) {
    forget();
    const end = await step(suite(name), 'push', inputs, more);
    expect([name, end.exit]).toEqual([name, 0]);
  }
  expect(new Set(service.keys().map((key) => key.slice(0, -41))).size).toBe(others.length);
  for (const [name, inputs, more] of others) {
    forget();
    const end = await step(suite(name), 'pull_request', inputs, more);
    expect([name, end.exit, compared(end)?.outcome]).toEqual([name, 0, 'passed']);
  }
}, 300_000);

test('a commit that left main before it got new tests is not said to have lost them', async () => {
  const old = suite('a');
  expect(await step(old, 'push')).toMatchObject({ exit: 0 });
  git('checkout', '-q', '-b', 'feature');
  const feature = suite('a', 'own');
  git('checkout', '-q', 'main');
  const newer = suite('a', 'new in v2');
  expect(await step(newer, 'push')).toMatchObject({ exit: 0 });
  git('checkout', '-q', 'feature');
  forget();
  const end = await step(feature, 'pull_request');
  expect(end).toMatchObject({ exit: 0 });
  expect(compared(end)).toMatchObject({ outcome: 'passed', found: `1 tests of the base branch at ${old.slice(0, 7)}` });
  // the re-run of what main was then
  git('checkout', '-q', '--detach', old);
  forget();
  const again = await step(old, 'push');
  expect(again).toMatchObject({ exit: 0 });
  expect(compared(again)).toBeUndefined();
  expect(again.summary).toContain(`the newest list of tests is that of ${newer.slice(0, 7)}`);
  expect(service.keys()).toHaveLength(2);
}, 300_000);

test('a list that is required comes to be: the run that lacks nothing else keeps it', async () => {
  const required = { 'compare-tests': 'required' };
  expect(await step(suite('a'), 'push', required)).toMatchObject({ exit: 1, outputs: { verdict: 'incomplete' } });
  expect(service.keys()).toHaveLength(1);
  expect(await step(suite('a', 'b'), 'push', required)).toMatchObject({ exit: 0 });
}, 300_000);
