import { describe, expect, test } from '@jest/globals';
import { Failure, codes } from '#fault';
import type { FaultCode } from '#fault';
import type { Outcome } from '#plan';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { conclude, told } from './conclude.ts';
import type { Evidence } from './scene.ts';
import { Ended } from './undo.ts';

const failure = (code: FaultCode): Failure => new Failure({ code, what: `it was ${code}`, next: 'Mend it.' });

const concluded = (thrown: Error, evidence: { [K in keyof Evidence]?: Evidence[K] | undefined } = {}) => {
  const scene = sceneOn(fakeHost({}));
  Object.assign(scene.evidence, { release: 'B', previous: 'A', ...evidence });
  return conclude(told(scene, 'deploy-over-ssh', new Date('2026-01-02T11:59:00Z')), () => Promise.reject(thrown));
};

/** Not listed: `failed`. */
const outcomes: Readonly<Record<string, readonly FaultCode[]>> = {
  refused: [
    'INPUT_INVALID',
    'FORK_REFUSED',
    'PREFLIGHT',
    'PATH_OCCUPIED',
    'HOST_DRIFTED',
    'STATE_NEWER',
    'TX_BUSY',
    'TX_FENCED',
    'TX_UNDONE',
    'TX_HELD',
    'TX_STALE',
    'TX_ROLLED_BACK',
    'TX_NOTHING_SWITCHED',
    'TX_NOT_PREPARED',
    'SOURCE_UNFIT',
    'ENVIRONMENT_LOCK',
    'SERVICE_UNFIT',
    'MIGRATIONS_PENDING',
    'SCHEMA_DIFFERS',
    'RELEASE_UNKNOWN',
    'RELEASE_AMBIGUOUS',
    'IMAGE_UNKNOWN',
    'IMAGE_DIFFERS',
  ],
  undone: ['TX_LATE'],
  held: ['UNDO_FAILED'],
};

describe('what an action came to', () => {
  test.each(Object.keys(codes) as FaultCode[])('%s', async (code) => {
    const expected = Object.entries(outcomes).find(([, all]) => all.includes(code))?.[0] ?? 'failed';
    expect(await concluded(failure(code))).toMatchObject({ result: expected, fault: { code, next: 'Mend it.' } });
  });

  test.each<Outcome>(['refused', 'failed', 'undone', 'held'])(
    '%s, where that was found out already',
    async (outcome) => {
      const report = await concluded(new Ended(outcome, failure('CHECK_FAILED').fault));
      expect(report).toMatchObject({ result: outcome, fault: { code: 'CHECK_FAILED' }, release: 'B' });
      expect(report.verdict).toBe(`it was CHECK_FAILED${outcome === 'undone' ? '; B serves' : ''}`);
    },
  );

  test('a defect is a fault too, and its cause stays out of the report', async () => {
    const report = await concluded(new TypeError('x is undefined'));
    expect(report).toMatchObject({ result: 'failed', fault: { code: 'INTERNAL', what: 'x is undefined' } });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.fault).not.toHaveProperty('cause');
  });
});

describe('when the host was faster than the confirm', () => {
  const undo = { line: 'ssh …', by: '2026-01-02T12:10:00Z' };
  const processes = [{ service: 'web', pid: 7, release: 'B', verdict: 'ok' }] as const;

  test.each([failure('TX_LATE'), new Ended('undone', failure('TX_LATE').fault)])(
    'the one before serves: %p',
    async (thrown) => {
      const report = await concluded(thrown, { undo, processes });
      expect(report).toMatchObject({ result: 'undone', release: 'A', processes: [] });
      expect(report.verdict).toBe('it was TX_LATE; A serves');
      expect(report).not.toHaveProperty('undo');
    },
  );

  test('nothing serves, where nothing did before', async () => {
    const report = await concluded(failure('TX_LATE'), { undo, previous: undefined });
    expect(report.verdict).toBe('it was TX_LATE; nothing serves');
    expect(report).not.toHaveProperty('release');
  });
});

test('what went well is told with all that was found out on the way', async () => {
  const scene = sceneOn(fakeHost({}));
  const report = await conclude(told(scene, 'rollback', new Date('2026-01-02T11:59:00Z')), async () => {
    await scene.timeline.step('one', 'do it', () => Promise.resolve());
    scene.evidence.transaction = 't4';
    return { outcome: 'done', verdict: 'A serves' };
  });
  expect(report).toEqual({
    v: 1,
    action: 'rollback',
    result: 'done',
    verdict: 'A serves',
    target: 'production',
    host: 'deploy@example.org',
    transaction: 't4',
    run: { url: 'https://github.com/o/r/actions/runs/7', actor: 'ann' },
    startedAt: '2026-01-02T11:59:00.000Z',
    ms: 60_000,
    timeline: [{ id: 'one', says: 'do it', ms: 0, ok: true }],
    processes: [],
    checks: [],
    notes: [],
  });
});
