import { describe, expect, test } from '@jest/globals';
import { Failure, ok } from '#fault';
import type { Claim, Found, Outcome, Phase } from '#plan';
import { claimOf, contextOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers, FakeHost } from '../../test/fakes/host.ts';
import { chronicle } from '../../test/fakes/journal.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { abortPhase, closeAfterJob, confirmPhase } from './close.ts';
import type { Opening } from './open.ts';
import { Ended } from './undo.ts';

const at = (phase: Phase, over: Partial<Found> = {}, claim: Partial<Claim> = {}): Found =>
  foundOn({
    number: 5,
    kind: 'deploy',
    phase,
    release: 'B',
    previous: 'A',
    current: 'B',
    claim: claimOf(claim),
    processes: [{ service: 'web', pid: 7, release: 'B', verdict: 'ok' }],
    ...over,
  });

const host = (found: Found, over: Answers = {}): FakeHost => {
  const { phase, number, release } = found;
  return fakeHost({
    recover: () => ok({ phase, number, release, untouched: true }),
    look: () => ok(found),
    confirm: () => ok({ phase: 'confirmed', number, release: 'B' }),
    'take-back': () => ok({ phase: 'undone', number, release: 'A' }),
    ...over,
  });
};

/** What changes something; the reading around it is of no concern. */
const did = (on: FakeHost): readonly string[] => on.ran().filter((program) => !['look', 'recover'].includes(program));

const thrown = async (promise: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (error instanceof Failure) return error;
  throw new Error('it did not fail as it should', { cause: error });
};

/** phase of the own transaction → what post does after a job that succeeded, after one that did not; by who commits. */
type Does = 'nothing' | 'confirm' | 'undo';
const table: Readonly<Record<Phase, Readonly<Record<Opening['commit'], readonly [succeeded: Does, failed: Does]>>>> = {
  none: { step: ['nothing', 'nothing'], job: ['nothing', 'nothing'], later: ['nothing', 'nothing'] },
  open: { step: ['undo', 'undo'], job: ['undo', 'undo'], later: ['undo', 'undo'] },
  switching: { step: ['undo', 'undo'], job: ['undo', 'undo'], later: ['undo', 'undo'] },
  switched: { step: ['undo', 'undo'], job: ['confirm', 'undo'], later: ['nothing', 'undo'] },
  undoing: { step: ['undo', 'undo'], job: ['undo', 'undo'], later: ['undo', 'undo'] },
  confirmed: { step: ['nothing', 'nothing'], job: ['nothing', 'nothing'], later: ['nothing', 'nothing'] },
  undone: { step: ['nothing', 'nothing'], job: ['nothing', 'nothing'], later: ['nothing', 'nothing'] },
  held: { step: ['nothing', 'nothing'], job: ['nothing', 'nothing'], later: ['nothing', 'nothing'] },
};

const cells = (Object.keys(table) as Phase[]).flatMap((phase) =>
  (['step', 'job', 'later'] as const).flatMap((commit) =>
    [true, false].map((succeeded) => [phase, commit, succeeded, table[phase][commit][succeeded ? 0 : 1]] as const),
  ),
);

const expected = {
  nothing: { programs: [], outcome: undefined },
  confirm: { programs: ['confirm'], outcome: 'done' },
  undo: { programs: ['take-back'], outcome: 'undone' },
} as const satisfies Record<Does, { programs: readonly string[]; outcome: Outcome | undefined }>;

describe('post', () => {
  test.each(cells)(
    'finds its own %s, commit: %s, the job succeeded: %s → %s',
    async (phase, commit, succeeded, does) => {
      const on = host(phase === 'none' ? foundOn() : at(phase));
      const conclusion = await closeAfterJob(sceneOn(on), commit, succeeded);
      expect(did(on)).toEqual(expected[does].programs);
      expect(conclusion?.outcome).toBe(expected[does].outcome);
    },
  );

  test.each(cells)(
    'finds another driver’s %s, commit: %s, the job succeeded: %s → nothing',
    async (phase, commit, succeeded) => {
      // the same run, job and attempt: a later step of the job has taken it up
      for (const driver of ['step-b', '']) {
        const on = host(at(phase, {}, { driver }));
        expect(await closeAfterJob(sceneOn(on), commit, succeeded)).toBeUndefined();
        expect(did(on)).toEqual([]);
      }
    },
  );

  test('says what serves then', async () => {
    const scene = sceneOn(host(at('switched')));
    expect(await closeAfterJob(scene, 'job', false)).toEqual({
      outcome: 'undone',
      verdict: 'the job did not succeed: t5 is taken back, A serves',
    });
    expect(scene.evidence).toMatchObject({ transaction: 't5', release: 'A', previous: 'A' });
    const first = sceneOn(host(at('switched', { previous: '' })));
    expect((await closeAfterJob(first, 'step', true))?.verdict).toBe(
      'the step did not finish: t5 is taken back, nothing serves',
    );
  });

  test('confirms nothing that has stopped running since', async () => {
    const gone = [{ service: 'web', pid: 0, release: '-', verdict: 'missing' }] as const;
    const on = host(at('switched', { processes: gone }));
    const conclusion = await closeAfterJob(sceneOn(on), 'job', true);
    expect(did(on)).toEqual(['take-back']);
    expect(conclusion).toEqual({ outcome: 'undone', verdict: 'web: no process runs: t5 is taken back, A serves' });
  });

  test('confirms nothing whose hook after the switch is due', async () => {
    const on = host(at('switched', { hookDue: true }));
    const conclusion = await closeAfterJob(sceneOn(on), 'job', true);
    expect(did(on)).toEqual(['take-back']);
    expect(conclusion?.verdict).toBe('the hook after-switch of B has not ended well: t5 is taken back, A serves');
  });

  test('comes too late to confirm: that is told', async () => {
    const on = host(at('switched'), { confirm: () => fault('TX_LATE') });
    expect((await thrown(closeAfterJob(sceneOn(on), 'job', true))).fault.code).toBe('TX_LATE');
    expect(did(on)).toEqual(['confirm']);
  });

  test('cannot take it back: that is told', async () => {
    const on = host(at('switched'), { 'take-back': () => fault('UNDO_FAILED') });
    expect((await thrown(closeAfterJob(sceneOn(on), 'step', false))).fault.code).toBe('UNDO_FAILED');
  });

  test('takes back although the run is cancelled meanwhile: that cuts no undo', async () => {
    const cancel = new AbortController();
    const found = at('switched');
    const on = host(found, { look: () => (cancel.abort(), ok(found)) });
    expect(await closeAfterJob(sceneOn(on, { signal: cancel.signal }), 'step', false)).toMatchObject({
      outcome: 'undone',
    });
  });
});

describe('phase: confirm', () => {
  const phases: readonly (readonly [Phase, Partial<Claim>, string])[] = [
    ['none', {}, 'TX_NOTHING_SWITCHED'],
    ['open', {}, 'TX_NOTHING_SWITCHED'],
    ['undone', {}, 'TX_UNDONE'],
    ['held', {}, 'TX_HELD'],
    ['switched', { run: 'run-9' }, 'TX_BUSY'],
    ['switched', { token: 'job-b' }, 'TX_BUSY'],
    ['confirmed', { run: 'run-9' }, 'TX_NOTHING_SWITCHED'],
  ];

  test.each(phases)('is refused when it finds %s of %j: %s', async (phase, claim, code) => {
    const on = host(phase === 'none' ? foundOn() : at(phase, {}, claim));
    expect((await thrown(confirmPhase(sceneOn(on)))).fault.code).toBe(code);
    expect(did(on)).toEqual([]);
  });

  test.each<[string, Partial<Claim>]>([
    ['of its own job', {}],
    ['left by another job for a later one', { token: 'job-b', commit: 'later' }],
    ['of an earlier attempt', { token: 'job-b' }],
  ])('confirms what is switched, %s', async (says, claim) => {
    const on = host(at('switched', {}, claim));
    const scene = sceneOn(on, { context: contextOf(says === 'of an earlier attempt' ? { attempt: 2 } : {}) });
    expect(await confirmPhase(scene)).toEqual({ outcome: 'done', verdict: 'B is confirmed (t5)' });
    expect(did(on)).toEqual(['confirm']);
    expect(scene.evidence).toMatchObject({ transaction: 't5', release: 'B', previous: 'A' });
  });

  test('again: nothing is left to do', async () => {
    const on = host(at('confirmed'));
    const { outcome, verdict } = await confirmPhase(sceneOn(on));
    expect(outcome).toBe('unchanged');
    expect(verdict).toMatch(/confirmed already: B serves$/);
    expect(did(on)).toEqual([]);
  });

  test('again, another run’s deploy having been undone since: its own serves', async () => {
    const journal = chronicle();
    journal.deploy('B', { run: 'run-7' });
    journal.deploy('C', {}, 'undone');
    const found = at('undone', { release: 'C', previous: 'B', journal: journal.text() }, { run: 'run-9' });
    const scene = sceneOn(host(found));
    expect((await confirmPhase(scene)).verdict).toMatch(/confirmed already: B serves$/);
    expect(scene.evidence.release).toBe('B');
  });

  test.each<[string, Partial<Found>]>([
    ['a process that died since', { processes: [{ service: 'web', pid: 0, release: '-', verdict: 'missing' }] }],
    ['a process on another release', { processes: [{ service: 'web', pid: 9, release: 'A', verdict: 'stale' }] }],
    ['a link that was moved', { current: 'A' }],
  ])('takes back for %s', async (_, over) => {
    const on = host(at('switched', over));
    const failure = await thrown(confirmPhase(sceneOn(on)));
    expect(failure).toBeInstanceOf(Ended);
    expect(failure).toMatchObject({ outcome: 'undone', fault: { code: 'SWITCH_FAILED' } });
    expect(did(on)).toEqual(['take-back']);
  });

  test('takes back what has a hook that is due', async () => {
    const on = host(at('switched', { hookDue: true }));
    const failure = await thrown(confirmPhase(sceneOn(on)));
    expect(failure).toMatchObject({ outcome: 'undone', fault: { code: 'HOOK_FAILED' } });
    expect(did(on)).toEqual(['take-back']);
  });

  test('too late: the host has taken it back', async () => {
    const on = host(at('switched'), { confirm: () => fault('TX_LATE') });
    expect(await thrown(confirmPhase(sceneOn(on)))).toMatchObject({ outcome: 'undone', fault: { code: 'TX_LATE' } });
    expect(did(on)).toEqual(['confirm']);
  });

  test('dry: says what it would do, and does not even let the host recover', async () => {
    const on = host(at('switched'));
    expect(await confirmPhase(sceneOn(on), { dry: true })).toMatchObject({ outcome: 'planned' });
    expect(on.ran()).toEqual(['look']);
  });
});

describe('phase: abort in a run that a person started', () => {
  const url = 'https://github.com/o/r/actions/runs/7';
  const context = contextOf({ event: 'workflow_dispatch', actor: 'eve' });
  const bob: Partial<Claim> = {
    run: 'run-9',
    token: 'job-z',
    actor: 'bob',
    url: 'https://github.com/o/r/actions/runs/9',
  };

  test.each<Phase>(['open', 'switched'])(
    'takes back what another run left %s, and says whose it was',
    async (phase) => {
      const on = host(at(phase, {}, bob));
      expect(await abortPhase(sceneOn(on, { context }))).toEqual({
        outcome: 'done',
        verdict: 't5 of bob (https://github.com/o/r/actions/runs/9) is taken back: A serves',
        back: true,
      });
      expect(on.inputs('take-back')).toMatchObject([{ number: 5, why: `aborted by eve ${url}` }]);
    },
  );

  test('only says so in a dry run', async () => {
    const on = host(at('switched', {}, bob));
    expect(await abortPhase(sceneOn(on, { context }), { dry: true })).toMatchObject({
      outcome: 'planned',
      verdict: 't5 of bob (https://github.com/o/r/actions/runs/9) would be taken back: A would serve',
    });
    expect(did(on)).toEqual([]);
  });

  test('leaves what was confirmed meanwhile', async () => {
    const on = host(at('switched', {}, bob), {
      'take-back': () => ok({ phase: 'confirmed', number: 5, release: 'B' }),
    });
    expect(await abortPhase(sceneOn(on, { context }))).toMatchObject({ outcome: 'unchanged' });
  });

  test('touches nothing of another repository', async () => {
    const on = host(at('switched', {}, { ...bob, repository: 'o/other' }));
    const { fault: refused } = await thrown(abortPhase(sceneOn(on, { context })));
    expect(refused).toMatchObject({ code: 'TX_BUSY', what: expect.stringMatching(/^abort: t5 /) as unknown });
    expect(did(on)).toEqual([]);
  });

  test('finds nothing open: nothing is to be done', async () => {
    const { outcome, verdict } = await abortPhase(sceneOn(host(at('confirmed', {}, bob)), { context }));
    expect({ outcome, verdict }).toEqual({ outcome: 'unchanged', verdict: 'nothing is open; B serves' });
  });
});

describe('phase: abort', () => {
  test.each<[Phase, Partial<Claim>, readonly string[], Outcome]>([
    ['none', {}, [], 'unchanged'],
    ['open', {}, ['take-back'], 'done'],
    ['switched', {}, ['take-back'], 'done'],
    ['switched', { token: 'job-b', commit: 'later' }, ['take-back'], 'done'],
    ['held', {}, ['take-back'], 'done'],
    ['held', { run: 'run-9' }, ['take-back'], 'done'],
    ['confirmed', {}, [], 'unchanged'],
    ['confirmed', { run: 'run-9' }, [], 'unchanged'],
    ['undone', {}, [], 'unchanged'],
  ])('%s of %j: %j', async (phase, claim, programs, outcome) => {
    const on = host(phase === 'none' ? foundOn() : at(phase, {}, claim));
    expect((await abortPhase(sceneOn(on))).outcome).toBe(outcome);
    expect(did(on)).toEqual(programs);
  });

  test.each<[Phase, Partial<Claim>]>([
    ['open', { run: 'run-9' }],
    ['switched', { run: 'run-9' }],
    ['switched', { token: 'job-b' }],
  ])('is refused for %s of %j', async (phase, claim) => {
    const on = host(at(phase, {}, claim));
    expect((await thrown(abortPhase(sceneOn(on)))).fault).toMatchObject({ code: 'TX_BUSY' });
    expect(did(on)).toEqual([]);
  });

  test('dry: says what it would do', async () => {
    const on = host(at('switched'));
    expect(await abortPhase(sceneOn(on), { dry: true })).toEqual({
      outcome: 'planned',
      verdict: 't5 would be taken back: A would serve',
    });
    expect(on.ran()).toEqual(['look']);
  });
});
