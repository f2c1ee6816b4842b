import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure, ok } from '#fault';
import type { FaultCode, Result } from '#fault';
import type { Found, Outcome, Process } from '#plan';
import { claimOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers, FakeHost } from '../../test/fakes/host.ts';
import { plainCheck } from '../../test/fakes/plain-check.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { site } from '../../test/fakes/site.ts';
import type { Site } from '../../test/fakes/site.ts';
import type { Opened } from './open.ts';
import type { Scene } from './scene.ts';
import { passThrough, withinOf } from './through.ts';
import type { Passage } from './through.ts';
import { baselineOf, questions } from './baseline.ts';
import { Ended } from './undo.ts';

let web: Site;
beforeEach(async () => {
  web = await site();
});
afterEach(() => web.close());

const processes = (release: string, pid = 7): Process[] => [{ service: 'web', pid, release, verdict: 'ok' }];
const serving = (release: string): Found =>
  foundOn({ number: 5, phase: 'switched', release: 'B', previous: 'A', current: release, processes: processes(release), claim: claimOf() }); // prettier-ignore

const passage: Passage = { release: 'B', services: ['web'], hooks: {}, commit: 'step', within: 600_000, environmentFrom: '', pace: { schedulers: 0, others: 0, boot: 0 }, baseline: [] }; // prettier-ignore
const hooks = {
  'before-switch': { command: ['a'], timeout: 1500 },
  'after-switch': { command: ['b', 'c'], timeout: 30_000 },
};
const fresh: Opened = { number: 5, previous: 'A', switched: false, found: serving('A') };

/** A host on which all goes well, but what the test says otherwise. */
const host = (over: Answers = {}): FakeHost => {
  let current = 'A';
  return fakeHost({
    beat: () => ok(undefined),
    switch: () => {
      current = 'B';
      return ok({ remaining: 600, since: 1000, processes: processes('B') });
    },
    look: () => ok(serving(current)),
    renew: () => ok({ remaining: 600 }),
    confirm: () => ok({ phase: 'confirmed', number: 5, release: 'B' }),
    checked: () => ok(undefined),
    'take-back': () => {
      current = 'A';
      return ok({ phase: 'undone', number: 5, release: 'A' });
    },
    ...over,
  });
};

/** Without beats: how many there are is a matter of time. */
const ran = (on: FakeHost): readonly string[] => on.ran().filter((program) => program !== 'beat');

const scened = (on: FakeHost, over: Partial<Omit<Scene, 'host'>> = {}) =>
  sceneOn(on, { target: targetOf({ checks: [{ ...plainCheck(`${web.url}/`), within: 0 }] }), ...over });

type End = { readonly outcome: Outcome; readonly code?: FaultCode; readonly verdict?: string; readonly scene: ReturnType<typeof sceneOn> }; // prettier-ignore

const end = async (
  on: FakeHost,
  more: Partial<Passage> = {},
  from: Partial<Opened> = {},
  scene = scened(on),
): Promise<End> => {
  try {
    return { ...(await passThrough(scene, { ...fresh, ...from }, { ...passage, ...more })), scene };
  } catch (thrown) {
    if (!(thrown instanceof Ended)) throw thrown;
    return { outcome: thrown.outcome, code: thrown.fault.code, scene };
  }
};

describe('all goes well', () => {
  test.each([
    ['step', ['switch', 'look', 'confirm'], 'B serves after A (t5)'],
    ['job', ['switch', 'look'], 'B serves after A (t5); confirmed when the job succeeds'],
    ['later', ['switch', 'look'], 'B serves after A (t5); to be confirmed by `phase: confirm`'],
  ] as const)('commit: %s', async (commit, programs, verdict) => {
    const on = host();
    const { scene, ...came } = await end(on, { commit });
    expect(came).toEqual({ outcome: 'done', verdict });
    expect(ran(on)).toEqual(programs);
    expect(scene.evidence).toMatchObject({
      release: 'B',
      checks: [{ ok: true }],
      processes: processes('B'),
      gap: { measured: false },
    });
    expect(scene.evidence.undo?.by).toBe(commit === 'step' ? undefined : '2026-01-02T12:10:00.000Z');
  });

  test('the switch is told how long it may take, and until when the host waits', async () => {
    const on = host();
    await end(on, { within: 90_500, environmentFrom: 'A', pace: { schedulers: 15_000, others: 25_000, boot: 1000 } });
    // 40 s for what is stopped, a scheduler and then the others; 30 s and twice 60 s for the release; a minute
    expect(on.inputs('switch')).toEqual([
      { base: '/srv/app-landfall', number: 5, release: 'B', limit: 250, within: 91, environmentFrom: 'A' },
    ]);
  });

  test('what must be done before the switch is done before it', async () => {
    const on = host();
    const before: string[] = [];
    await end(on, { before: (number) => Promise.resolve(void before.push(`t${number}`, ...ran(on))) });
    expect(before).toEqual(['t5']);
  });

  test('hooks run before and after the switch, and the time to confirm begins with the end of the second', async () => {
    const on = host({ hook: ({ moment }) => ok({ remaining: moment === 'after-switch' ? 900 : 60 }) });
    const { scene } = await end(on, { commit: 'job', hooks });
    expect(ran(on)).toEqual(['hook', 'switch', 'hook', 'look']);
    expect(on.inputs('hook')).toEqual([
      { base: '/srv/app-landfall', number: 5, moment: 'before-switch', limit: 92 },
      { base: '/srv/app-landfall', number: 5, moment: 'after-switch', limit: 120 },
    ]);
    expect(scene.evidence.undo?.by).toBe('2026-01-02T12:15:00.000Z');
  });

  test('found switched already, the hook after the switch is asked for, which the host knows to be done', async () => {
    const on = host({ look: () => ok(serving('B')), hook: () => ok({ remaining: 600 }) });
    await end(on, { hooks }, { switched: true });
    expect(ran(on)).toEqual(['renew', 'hook', 'look', 'confirm']);
  });

  test('found switched already: its time is renewed, and it is checked, not switched again', async () => {
    const on = host({ look: () => ok(serving('B')) });
    const { scene, outcome } = await end(on, { within: 90_000, before: () => Promise.reject(new Error('again?')) }, { switched: true }); // prettier-ignore
    expect(outcome).toBe('done');
    expect(ran(on)).toEqual(['renew', 'look', 'confirm']);
    expect(on.inputs('renew')).toMatchObject([{ number: 5, within: 90 }]);
    expect(scene.evidence).toMatchObject({ release: 'B', checks: [{ ok: true }] });
  });

  test('nothing beats on after the end', async () => {
    for (const switched of [false, true]) {
      const on = host({ look: () => ok(serving('B')) });
      await end(on, {}, { switched });
      const beats = on.inputs('beat').length;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(on.inputs('beat')).toHaveLength(beats);
    }
  });
});

describe('what fails is taken back', () => {
  const broken = new Failure({ code: 'MIGRATE_FAILED', what: 'no', next: '-' });
  const elsewhere = (found: Partial<Found>): Answers => ({ look: () => ok({ ...serving('B'), ...found }) });

  test.each<[string, Answers, Partial<Passage>, FaultCode, string[]]>([
    ['the migration', {}, { before: () => Promise.reject(broken) }, 'MIGRATE_FAILED', ['take-back']],
    ['the switch', { switch: () => fault('SWITCH_FAILED') }, {}, 'SWITCH_FAILED', ['switch', 'take-back']],
    ['the hook before the switch', { hook: () => fault('HOOK_FAILED') }, { hooks }, 'HOOK_FAILED', ['hook', 'take-back']],
    ['the hook after the switch', { hook: ({ moment }) => (moment === 'before-switch' ? ok({ remaining: 1 }) : fault('HOOK_FAILED')) }, { hooks }, 'HOOK_FAILED', ['hook', 'switch', 'hook', 'take-back']],
    ['the connection in the switch', { switch: () => fault('SSH_LOST') }, {}, 'SSH_LOST', ['switch', 'take-back']],
    ['a process on another release', elsewhere({ processes: processes('A') }), {}, 'SWITCH_FAILED', ['switch', 'look', 'take-back']],
    ['a process that was started anew', elsewhere({ processes: processes('B', 8) }), {}, 'SWITCH_FAILED', ['switch', 'look', 'take-back']],
    ['a service without a process', elsewhere({ processes: [] }), {}, 'SWITCH_FAILED', ['switch', 'look', 'take-back']],
    ['the link', elsewhere({ current: 'A' }), {}, 'SWITCH_FAILED', ['switch', 'look', 'take-back']],
    ['the confirm', { confirm: () => fault('PROGRAM_DIED') }, {}, 'PROGRAM_DIED', ['switch', 'look', 'confirm', 'take-back']],
  ])('%s', async (_, over, more, code, programs) => {
    const on = host(over);
    const { scene, ...came } = await end(on, more);
    // before the switch nothing was taken from anybody
    expect(came).toEqual({ outcome: programs.includes('switch') ? 'undone' : 'failed', code });
    expect(ran(on).slice(0, programs.length)).toEqual(programs);
    expect(on.inputs('take-back')).toEqual([{ base: '/srv/app-landfall', number: 5, why: 'failed' }]);
    expect(scene.evidence).toMatchObject({ release: 'A', undo: undefined });
  }); // prettier-ignore

  test('a check', async () => {
    web.answer(503);
    const on = host();
    const { scene, ...came } = await end(on);
    expect(came).toEqual({ outcome: 'undone', code: 'CHECK_FAILED' });
    expect(ran(on)).toEqual(['switch', 'take-back', 'look']);
    // the processes are those that are back
    expect(scene.evidence).toMatchObject({ release: 'A', processes: processes('A'), checks: [{ ok: false }] });
  });

  test('also when it was found switched already', async () => {
    web.answer(503);
    const on = host({ look: () => ok(serving('B')) });
    expect(await end(on, {}, { switched: true })).toMatchObject({ outcome: 'undone', code: 'CHECK_FAILED' });
    expect(ran(on).slice(0, 2)).toEqual(['renew', 'take-back']);
  });

  test('also with commit: job, at once', async () => {
    web.answer(503);
    const on = host();
    expect(await end(on, { commit: 'job' })).toMatchObject({ outcome: 'undone' });
  });

  test('what passed before must pass again; where one is red the undo has not succeeded', async () => {
    const check = { ...plainCheck(`${web.url}/`), within: 0, status: [200] };
    const on = host({ switch: () => fault('SWITCH_FAILED') });
    const good = await end(on, { baseline: [check] });
    expect(good.outcome).toBe('undone');
    expect(good.scene.evidence.notes).toEqual([]);
    expect(on.inputs('checked')).toMatchObject([{ number: 5 }]);
    web.answer(500);
    const red = host({ switch: () => fault('SWITCH_FAILED') });
    const bad = await end(red, { baseline: [check] });
    expect(bad).toMatchObject({ outcome: 'held', code: 'UNDO_FAILED' });
    expect(red.ran()).not.toContain('checked');
  });

  test('before a switch, what serves is only asked what changes nothing, and nothing is measured', () => {
    const get = plainCheck('/');
    const login = { ...plainCheck('/login/'), method: 'POST' as const, form: { name: 'a' } };
    expect(questions([{ ...get, repeat: 20, p95: 100 }, login, plainCheck('/desk/')])).toEqual([get]);
    expect(questions([{ ...plainCheck('/ws/'), websocket: { close: undefined }, body: 'hello' }, get])).toEqual([]);
    expect(questions([get, { ...get, method: 'HEAD' }])).toHaveLength(2);
  });

  test('what the host brought back by itself is asked from outside by the next run, which notes that it answered', async () => {
    const [on, again] = [host(), host()];
    const back = { number: 5, unchecked: true };
    expect(await baselineOf(scened(on), back)).toHaveLength(1);
    expect(on.inputs('checked')).toMatchObject([{ number: 5 }]);
    await baselineOf(scened(again), { number: 5, unchecked: false });
    expect(again.ran()).toEqual([]);
    web.answer(500);
    const red = scened(again);
    expect(await baselineOf(red, back)).toEqual([]);
    expect(again.ran()).toEqual([]);
    expect(red.evidence.notes).toMatchObject([{ kind: 'warning', text: expect.stringContaining('t5 brought back') }]);
  });

  test('a gap that is too long', async () => {
    const on = host({
      switch: async () => {
        await web.asked(1);
        web.answer(503);
        // every request is 50 ms of the clock
        await web.asked(40);
        web.answer(200);
        return ok({ remaining: 600, since: 1000, processes: processes('B') });
      },
      look: () => ok(serving('B')),
    });
    const target = targetOf({ url: web.url, checks: [{ ...plainCheck('/'), within: 0 }] });
    const { scene, ...came } = await end(on, { maxDowntime: 1000 }, {}, scened(on, { target }));
    expect(came).toEqual({ outcome: 'undone', code: 'GAP_EXCEEDED' });
    expect(scene.evidence.gap).toMatchObject({ measured: true });
    expect(ran(on)).toContain('take-back');
    expect(ran(on)).not.toContain('confirm');
  });
});

describe('what is not taken back', () => {
  test.each<[string, Answers, FaultCode, Outcome]>([
    ['fenced out at the switch', { switch: () => fault('TX_FENCED') }, 'TX_FENCED', 'refused'],
    ['fenced out at the confirm', { confirm: () => fault('TX_FENCED') }, 'TX_FENCED', 'refused'],
    ['too late at the switch', { switch: () => fault('TX_LATE') }, 'TX_LATE', 'undone'],
    ['too late at the confirm', { confirm: () => fault('TX_LATE') }, 'TX_LATE', 'undone'],
  ])('%s: others have, or the host has', async (_, over, code, outcome) => {
    const on = host(over);
    expect(await end(on)).toMatchObject({ outcome, code });
    expect(ran(on)).not.toContain('take-back');
  });

  test('found switched, but its time was over', async () => {
    const on = host({ renew: () => fault('TX_LATE') });
    expect(await end(on, {}, { switched: true })).toMatchObject({ outcome: 'undone', code: 'TX_LATE' });
    expect(ran(on)).toEqual(['renew']);
  });

  test.each(['before', 'switch', 'checks', 'look', 'confirm'] as const)(
    'cancelled (%s): post does it, for this process has 5 s',
    async (when) => {
      const controller = new AbortController();
      const cancel = (): Result<never> => {
        controller.abort(new Failure({ code: 'CANCELLED', what: 'the run was cancelled', next: '-' }));
        return fault('CANCELLED');
      };
      const switched = ok({ remaining: 600, since: 1000, processes: processes('B') });
      const ways = {
        before: {},
        switch: { switch: cancel },
        checks: { switch: () => (cancel(), switched) },
        look: { look: cancel },
        confirm: { confirm: cancel },
      } satisfies Record<typeof when, Answers>;
      const before = when === 'before' ? () => Promise.resolve(void cancel()) : undefined;
      const on = host(ways[when]);
      const came = await end(on, { before }, {}, scened(on, { signal: controller.signal }));
      expect(came).toMatchObject({ outcome: 'failed' });
      expect(ran(on)).not.toContain('take-back');
    },
  );
});

describe('the undo fails', () => {
  const bad = { switch: () => fault('SWITCH_FAILED') } satisfies Answers;

  test('the target is held, and the line that tries it again is said', async () => {
    const on = host({ ...bad, 'take-back': () => fault('UNDO_FAILED', 'A does not start') });
    const scene = scened(on);
    const thrown: unknown = await passThrough(scene, fresh, passage).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ outcome: 'held', fault: { code: 'UNDO_FAILED', what: 'A does not start' } });
    expect((thrown as Ended).fault.said).toContain('ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t5');
    expect((thrown as Ended).fault.cause).toMatchObject({ code: 'SWITCH_FAILED' });
  });

  test('it cannot be asked for: the host does it by itself, and that is said', async () => {
    const on = host({ ...bad, 'take-back': () => fault('SSH_LOST', 'the connection was lost') });
    const { scene, ...came } = await end(on);
    expect(came).toEqual({ outcome: 'failed', code: 'SWITCH_FAILED' });
    expect(scene.evidence.notes[0]?.text).toMatch(/The host does it by itself when its time is over/);
  });

  test('others were faster: nothing is promised', async () => {
    const on = host({ ...bad, 'take-back': () => fault('TX_FENCED', 't6 is the newest') });
    const { scene, ...came } = await end(on);
    expect(came).toEqual({ outcome: 'refused', code: 'TX_FENCED' });
    expect(scene.evidence.notes).toEqual([]);
  });
});

describe('deleting old releases comes after the commit point', () => {
  const old = (): Found => ({
    ...serving('B'),
    releases: ['A', 'B', 'X'].map((id) => ({ id, hash: '', env: undefined, environment: '', at: 0, preparedBy: [] })),
    clock: 1e9,
  });

  test.each<[string, Answers]>([
    ['goes well', { prune: () => ok(['X']) }],
    ['fails', { prune: () => fault('PROGRAM_FAILED') }],
    ['loses the connection', { prune: () => fault('SSH_LOST') }],
    ['is fenced out', { prune: () => fault('TX_FENCED') }],
  ])('%s: the release stays', async (says, over) => {
    const on = host({ look: () => ok(old()), ...over });
    const { scene, outcome } = await end(on);
    expect(outcome).toBe('done');
    expect(ran(on)).toEqual(['switch', 'look', 'confirm', 'prune']);
    expect(on.inputs('prune')).toMatchObject([{ what: 'releases', ids: ['X'] }]);
    expect(scene.evidence.notes).toHaveLength(says === 'goes well' ? 0 : 1);
  });
});

test('how long the host waits depends on who confirms, unless it is said', () => {
  expect([withinOf('step', undefined), withinOf('job', undefined), withinOf('later', undefined)]).toEqual([
    600_000, 2_700_000, 3_600_000,
  ]);
  expect(withinOf('later', 5000)).toBe(5000);
});
