import { describe, expect, test } from '@jest/globals';
import { ok } from '#fault';
import type { Post, Report } from '#plan';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { announce } from './announce.ts';

const report = (over: Partial<Report> = {}): Report => ({
  v: 1,
  action: 'smoke-test',
  result: 'done',
  verdict: 'A serves',
  startedAt: '2026-01-02T03:04:05.000Z',
  ms: 1,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
  ...over,
});
const reverted = [
  { number: 4, release: 'B', previous: 'A', held: false, says: 't4 …', at: '2026-01-01T00:00:00.000Z' },
];
const target = targetOf({ notify: [{ kind: 'webhook', url: 'HOOK', on: ['reverted', 'failure', 'undone'] }] });
const quiet = { outcome: 'done', verdict: '', quiet: true } as const;

/** Announces to a service that answers with this status; gives the events that it got, and what the host was asked to keep. */
const announced = async (of: Report, status = 200) => {
  const events: unknown[] = [];
  const post: Post = ({ headers }) => (events.push(headers['x-landfall-event']), Promise.resolve({ status, said: '' }));
  const host = fakeHost({ tell: () => ok(undefined) });
  const scene = sceneOn(host, { target, env: { HOOK: 'https://example.org/x' } });
  const notes = await announce({ ...scene, post }, scene, of, quiet);
  return { events, notes, told: host.inputs('tell').map(({ numbers }) => numbers) };
};

describe('what a host did by itself', () => {
  test('is told, and kept as told', async () => {
    expect(await announced(report({ reverted }))).toEqual({ events: ['reverted'], notes: [], told: [[4]] });
  });

  test('is not kept as told when it did not arrive', async () => {
    const { notes, told } = await announced(report({ reverted }), 400);
    expect(notes).toHaveLength(1);
    expect(told).toEqual([]);
  });

  test('is not told by a dry run, which changes nothing', async () => {
    expect(await announced(report({ result: 'planned', reverted }))).toEqual({ events: [], notes: [], told: [] });
  });

  test('to this very run, which came too late to confirm, is told by its own end', async () => {
    const fault = { code: 'TX_LATE', what: 'late', said: [], next: '-' } as const;
    const late = report({ result: 'undone', transaction: 't5', fault });
    expect(await announced(late)).toEqual({ events: ['undone'], notes: [], told: [[5]] });
  });
});

test('where there is nothing to tell, nothing is sent and nothing is asked of the host', async () => {
  expect(await announced(report())).toEqual({ events: [], notes: [], told: [] });
});
