import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCacheService } from '../fakes/cache-service.ts';
import type { CacheService } from '../fakes/cache-service.ts';
import { fromSources } from '../runner/from-sources.ts';
import { startStep, workflowRun } from '../runner/index.ts';
import type { StepEnd, StepStart } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');
const dist = fromSources('test-and-scan');
const base = mkdtempSync(join(tmpdir(), 'landfall-caches-'));
let folder = '';
let count = 0;
let service: CacheService;
beforeEach(async () => {
  folder = join(base, `${(count += 1)}`);
  mkdirSync(join(folder, 'work'), { recursive: true });
  service = await startCacheService();
  requirements('django==5.1');
});
afterEach(() => service.close());
afterAll(() => {
  for (const one of [base, dist]) rmSync(one, { recursive: true, force: true });
});

const git = (...words: string[]): void => {
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd: join(folder, 'work'),
  });
};
/** A checkout that has these requirements, and a command that fills pip's cache as `prepare` would. */
const requirements = (text: string): void => {
  git('init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'work/requirements.txt'), text);
  writeFileSync(
    join(folder, 'work/landfall.yml'),
    `test:
  prepare: ['mkdir -p "$PIP_CACHE_DIR"; ls "$PIP_CACHE_DIR"; echo wheel > "$PIP_CACHE_DIR/${text}"']
  run: { unit: test "$FAIL" != yes }
  cache: [pip]
  secrets: false
`,
  );
  git('add', '-A');
  git('commit', '-qm', 'x');
};
const cached = (name: string): string => join(folder, 'pip', name);

const step = (
  event: string,
  {
    payload = {},
    ref = 'refs/heads/main',
    env = {},
  }: { payload?: unknown; ref?: string; env?: Record<string, string> } = {},
): Promise<StepEnd> => {
  const start: StepStart = {
    action: 'test-and-scan',
    root,
    dist,
    run: workflowRun({ ref }),
    workspace: join(folder, 'work'),
    temp: join(folder, 'temp'),
    event: { name: event, payload },
    env: { ...service.variables, PIP_CACHE_DIR: join(folder, 'pip'), ...env },
  };
  return startStep(start).ended;
};
const forget = (): void => {
  rmSync(join(folder, 'pip'), { recursive: true, force: true });
};
const pull = (from: string) => ({
  pull_request: {
    head: { repo: { full_name: from }, ref: 'x', sha: '1'.repeat(40) },
    base: { repo: { full_name: 'spine/notes' }, ref: 'main', sha: '0'.repeat(40) },
  },
});

test('a green push keeps what was downloaded; the next run has it, and a pull request too, which keeps nothing', async () => {
  expect(await step('push')).toMatchObject({ exit: 0 });
  expect(service.keys()).toEqual([expect.stringMatching(/^landfall-pip-linux-[a-z0-9.]+-(x64|arm64)-[0-9a-f]{32}$/)]);
  forget();
  const again = await step('push');
  expect(again.log.join('\n')).toContain('bring package caches back');
  expect(again.log).toContain('django==5.1');
  expect(service.keys()).toHaveLength(1);
  // other lock files: an older cache is better than none, and is kept anew by a push alone
  forget();
  requirements('django==5.2');
  const other = await step('pull_request', { payload: pull('spine/notes'), ref: 'refs/pull/1/merge' });
  expect(other).toMatchObject({ exit: 0 });
  expect(other.log).toContain('django==5.1');
  expect(service.keys()).toHaveLength(1);
  await step('push');
  expect(service.keys()).toHaveLength(2);
  expect(readFileSync(cached('django==5.2'), 'utf8')).toBe('wheel\n');
}, 300_000);

describe('nothing is kept', () => {
  const from = {
    workflow_run: { head_repository: { full_name: 'spine/notes' }, repository: { full_name: 'spine/notes' } },
  };
  test.each<[string, Parameters<typeof step>[1]]>([
    ['pull_request', { payload: pull('spine/notes'), ref: 'refs/pull/1/merge' }],
    ['pull_request', { payload: pull('eve/notes'), ref: 'refs/pull/1/merge' }],
    ['pull_request_target', { payload: pull('eve/notes') }],
    ['pull_request_target', { payload: pull('spine/notes') }],
    ['workflow_run', { payload: from }],
    ['merge_group', {}],
    ['issue_comment', {}],
    ['push', { ref: 'refs/tags/v1' }],
    ['push', { env: { FAIL: 'yes' } }],
  ])(
    'by a run of %s, %j',
    async (event, more) => {
      const end = await step(event, more);
      expect(end.outputs['verdict']).toBe(more?.env === undefined ? 'passed' : 'failed');
      expect(existsSync(cached('django==5.1'))).toBe(true);
      expect(service.calls.filter((call) => call !== 'GetCacheEntryDownloadURL')).toEqual([]);
      expect(service.calls.length).toBeGreaterThan(0);
    },
    300_000,
  );
});

describe('a cache service', () => {
  test.each<[string, (end: StepEnd) => void, (() => void) | undefined, Record<string, string>]>([
    [
      'that is not there',
      (end) => {
        expect(end.summary).toContain('the runner offers no cache service');
      },
      undefined,
      { ACTIONS_RESULTS_URL: '' },
    ],
    [
      'that says nothing',
      (end) => {
        expect(end.summary).toContain('did not answer within 20 s');
      },
      () => {
        service.mood('silent');
      },
      {},
    ],
    [
      'that fails',
      (end) => {
        expect(end.summary).toContain('did not answer within 20 s');
      },
      () => {
        service.mood('failing');
      },
      {},
    ],
    [
      'that lets nobody write',
      (end) => {
        expect(end.summary).toContain('was not kept');
      },
      () => {
        service.mood('denying');
      },
      {},
    ],
  ])(
    '%s only warns',
    async (_, shown, prepare, env) => {
      prepare?.();
      const end = await step('push', { env });
      expect(end).toMatchObject({ exit: 0, outputs: { verdict: 'passed' } });
      shown(end);
      expect(service.keys()).toEqual([]);
    },
    300_000,
  );
});
