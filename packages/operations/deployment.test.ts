import { describe, expect, test } from '@jest/globals';
import type { Deployment, DeploymentStatus, GitHub, Report } from '#plan';
import { contextOf } from '../../test/fakes/found.ts';
import { silentGitHub } from '../../test/fakes/silent-github.ts';
import { describe as described, recorder, stateOf } from './deployment.ts';

const context = contextOf({ runId: '7', sha: 'c'.repeat(40) });
const report = (over: Partial<Report> = {}): Report => ({
  v: 1,
  action: 'deploy-over-ssh',
  result: 'done',
  verdict: 'B serves after A (t5)',
  release: 'B',
  startedAt: '2026-01-02T03:04:05.000Z',
  ms: 1,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
  ...over,
});
const unconfirmed = report({ undo: { line: 'undo t5', by: '2026-01-02T04:04:05.000Z' } });

type Said = { readonly id: number } & DeploymentStatus;

/** GitHub with these deployments: what it was told, in order. */
const github = (existing: readonly Deployment[] = [], over: Partial<GitHub> = {}) => {
  const made: unknown[] = [];
  const said: Said[] = [];
  const port: GitHub = {
    ...silentGitHub,
    deployments: () => Promise.resolve({ ok: true, value: existing }),
    deploy: (given) => Promise.resolve({ ok: true, value: 100 + made.push(given) }),
    say: (id, status) => (said.push({ id, ...status }), Promise.resolve({ ok: true, value: undefined })),
    ...over,
  };
  return { port, made, said };
};

const on = (port: GitHub, environment: string | undefined = 'production', signal = new AbortController().signal) =>
  recorder({ environment, target: 'live', url: 'https://example.org', context, github: port, signal });

const ours = (id: number, run: string, state: string): Deployment => ({
  id,
  sha: 'a'.repeat(40),
  payload: { landfall: { target: 'live', run } },
  state,
  logUrl: `https://github.com/o/r/actions/runs/${run}`,
});

describe('a deployment', () => {
  test('is made when a transaction opens, and told of at its end', async () => {
    const { port, made, said } = github();
    const record = on(port);
    record.begin('d'.repeat(40));
    expect(await record.end(report(), undefined)).toEqual([]);
    expect(made).toEqual([
      { environment: 'production', ref: 'd'.repeat(40), payload: { landfall: { target: 'live', run: '7' } } },
    ]);
    const links = { logUrl: context.url, url: 'https://example.org' };
    expect(said).toEqual([
      { id: 101, state: 'in_progress', description: 'to live', ...links },
      { id: 101, state: 'success', description: 'B serves after A (t5)', ...links },
    ]);
  });

  test('takes the place of the ones before, of this target alone', async () => {
    const other = { ...ours(3, '3', 'success'), payload: { landfall: { target: 'other', run: '3' } } };
    const { port, said } = github([ours(5, '5', 'failure'), ours(4, '4', 'success'), other]);
    const record = on(port);
    record.begin(undefined);
    await record.end(report(), undefined);
    expect(said.map(({ id, state }) => `${id} ${state}`)).toEqual(['101 in_progress', '101 success', '4 inactive']);
  });

  test('of this run is gone on with, by later steps and jobs', async () => {
    const { port, made, said } = github([
      { ...ours(9, '7', 'in_progress'), payload: JSON.stringify({ landfall: { target: 'live', run: '7' } }) },
    ]);
    await on(port).end(report(), undefined);
    expect(made).toEqual([]);
    expect(said.map(({ id, state }) => `${id} ${state}`)).toEqual(['9 success']);
  });

  test('that GitHub keeps for the job’s own environment is left alone', async () => {
    const own = { ...ours(8, '0', 'in_progress'), payload: {}, logUrl: `${context.url}/job/123` };
    const { port, made, said } = github([own]);
    const record = on(port);
    record.begin('d'.repeat(40));
    expect(await record.end(report(), undefined)).toEqual([]);
    expect([...made, ...said]).toEqual([]);
  });

  test('is not asked for: GitHub is not either', async () => {
    const { port } = github([], { deployments: () => Promise.reject(new Error('it was asked')) });
    const none = recorder({
      environment: undefined,
      target: 'live',
      url: undefined,
      context,
      github: port,
      signal: new AbortController().signal,
    });
    none.begin('d');
    expect(await none.end(report(), undefined)).toEqual([]);
  });

  test('cannot be recorded: a warning says why, and nothing else', async () => {
    const record = on(silentGitHub);
    record.begin('d');
    expect(await record.end(report(), undefined)).toEqual([
      { kind: 'warning', text: 'the deployment is not recorded at GitHub: there is no token' },
    ]);
  });

  test('of a cancelled run is told of by its post step', async () => {
    const { port, said } = github([ours(9, '7', 'in_progress')]);
    const cancelled = AbortSignal.abort();
    expect(await on(port, 'production', cancelled).end(report({ result: 'failed' }), undefined)).toEqual([]);
    expect(said).toEqual([]);
  });
});

describe('GitHub is told of an end', () => {
  test.each<[string, Report, ReturnType<typeof stateOf>]>([
    ['confirmed', report(), 'success'],
    ['not confirmed yet', unconfirmed, undefined],
    ['unchanged', report({ result: 'unchanged' }), undefined],
    ['planned', report({ result: 'planned' }), undefined],
    ...(['refused', 'failed', 'undone', 'held'] as const).map((result): [string, Report, 'failure'] => [
      result,
      report({ result }),
      'failure',
    ]),
  ])('%s', (_, ended, state) => {
    expect(stateOf(ended, undefined)).toBe(state);
  });

  test('taken back, as was asked', () => {
    expect(stateOf(report(), { outcome: 'done', verdict: '', back: true })).toBe('failure');
  });
});

test('a description has at most 140 characters, on one line', () => {
  expect(described('a\n b')).toBe('a b');
  expect(described('é'.repeat(140))).toBe('é'.repeat(140));
  expect(described('😀'.repeat(141))).toBe(`${'😀'.repeat(69)}…`);
});
