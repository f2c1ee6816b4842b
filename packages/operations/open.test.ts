import { describe, expect, test } from '@jest/globals';
import { Failure, ok } from '#fault';
import type { Found } from '#plan';
import { claimOf, contextOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers, FakeHost } from '../../test/fakes/host.ts';
import { chronicle } from '../../test/fakes/journal.ts';
import { fakeClock, sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { silentGitHub } from '../../test/fakes/silent-github.ts';
import { approvalsOf } from './approvals.ts';
import { beat, claim, open, turn, undoOf } from './open.ts';
import type { Opened, Opening } from './open.ts';
import type { Scene } from './scene.ts';
import { judge } from './survey.ts';

const opening: Opening = { wish: 'deploy', kind: 'deploy', release: 'B', commit: 'step', allowOlder: false };
const bob = claimOf({
  run: 'run-9',
  token: 'job-z',
  driver: 'step-z',
  actor: 'bob',
  url: 'https://example.org/runs/9',
});

const at = (over: Partial<Found>): Found => foundOn({ number: 5, kind: 'deploy', release: 'B', previous: 'A', current: 'A', remaining: 500, ...over }); // prettier-ignore
const theirs = (over: Partial<Found>): Found => at({ claim: bob, ...over });
const mine = (over: Partial<Found>): Found => at({ claim: claimOf(), ...over });
const nothing = foundOn();
const closed = theirs({ phase: 'confirmed', release: 'C', current: 'C' });

const opens = { open: () => ok({ number: 6, previous: 'A' }) } satisfies Answers;

/** A host that is found in these states, one look after the other; the last one stays. */
const host = (states: readonly Found[], answers: Answers = opens): FakeHost => {
  const rest = [...states];
  const next = (): Found => (rest.length > 1 ? rest.shift() : rest[0]) ?? nothing;
  return fakeHost({ look: () => ok(next()), ...answers });
};

const failureOf = async (promise: Promise<unknown>): Promise<Failure['fault']> => {
  const thrown: unknown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (thrown instanceof Failure) return thrown.fault;
  throw thrown;
};

/** Opens, having found the first of these states. */
const opened = (scene: Scene, first: Found, over: Partial<Opening> = {}): Promise<Opened> => {
  const wanted = { ...opening, ...over };
  return open(scene, judge(scene, wanted.wish, first), wanted);
};

describe('a transaction is opened', () => {
  test('at once where nothing is open, as it was read', async () => {
    const on = host([]);
    const scene = sceneOn(on);
    expect(await opened(scene, nothing)).toEqual({ number: 6, previous: 'A', switched: false, found: nothing });
    expect(on.ran()).toEqual(['open']);
    expect(on.inputs('open')).toEqual([
      {
        base: '/srv/app-landfall',
        path: '/srv/app',
        seen: nothing.seen,
        how: 'anew',
        kind: 'deploy',
        release: 'B',
        limit: 1800,
        claim: claim(scene, opening),
      },
    ]);
    expect(scene.evidence).toMatchObject({ transaction: 't6', previous: 'A' });
    expect(scene.clock.now()).toBe(0);
  });

  test.each<[string, Found]>([
    ['its own was confirmed', mine({ phase: 'confirmed', current: 'B' })],
    ['its own was undone', mine({ phase: 'undone' })],
    ['another one was undone', theirs({ phase: 'undone' })],
    ['another one, open, is silent', theirs({ phase: 'open', silence: 60 })],
    ['another one, open, is out of time', theirs({ phase: 'open', remaining: 0 })],
    ['another one, open, is of before a reboot', theirs({ phase: 'open', booted: true })],
    ['its own rollback is open', mine({ phase: 'open', kind: 'rollback' })],
  ])('anew when %s', async (_, found) => {
    const on = host([]);
    expect((await opened(sceneOn(on), found)).switched).toBe(false);
    expect(on.inputs('open')).toMatchObject([{ how: 'anew', seen: found.seen }]);
  });

  test('again when its own is open: another release may be chosen', async () => {
    const on = host([]);
    expect((await opened(sceneOn(on), mine({ phase: 'open', release: 'X' }))).switched).toBe(false);
    expect(on.inputs('open')).toMatchObject([{ how: 'again', claim: expect.arrayContaining(['release=B']) }]);
  });

  test('again when its own is switched: what it switched to stays', async () => {
    const on = host([]);
    expect((await opened(sceneOn(on), mine({ phase: 'switched', current: 'B' }))).switched).toBe(true);
    const [input] = on.inputs('open');
    expect(input).toMatchObject({ how: 'again' });
    expect(input?.claim.filter((line) => line.startsWith('release='))).toEqual([]);
  });

  test('anew when its own has switched to something else: that is taken back first', async () => {
    const first = mine({ phase: 'switched', release: 'X', current: 'X' });
    const back = { 'take-back': () => ok({ phase: 'undone', number: 5, release: 'A' }) } satisfies Answers;
    const on = host([mine({ phase: 'undone', release: 'X' })], { ...opens, ...back });
    expect((await opened(sceneOn(on), first)).switched).toBe(false);
    expect(on.ran().filter((program) => program !== 'look')).toEqual(['take-back', 'open']);
    expect(on.inputs('open')).toMatchObject([{ how: 'anew' }]);
  });
});

describe('who approved the run', () => {
  test('goes with the claim, as data', async () => {
    const on = host([]);
    const scene = sceneOn(on);
    const hostile = [{ environment: 'a\nphase=confirmed', by: 'ann"; $(true)' }];
    await opened(scene, nothing, { approvals: Promise.resolve(hostile) });
    expect(on.inputs('open')[0]?.claim.at(-1)).toBe(
      String.raw`approved=[{"environment":"a\nphase=confirmed","by":"ann\"; $(true)"}]`,
    );
    expect(scene.evidence.approvals).toEqual(hostile);
  });

  test.each([undefined, []])('where that is not known, or nobody, nothing goes (%j)', async (approvals) => {
    const on = host([]);
    const scene = sceneOn(on);
    await opened(scene, nothing, { approvals: Promise.resolve(approvals) });
    expect(on.inputs('open')[0]?.claim).toEqual(claim(scene, opening));
    expect(scene.evidence.approvals).toEqual(approvals);
  });

  test('is asked of GitHub about runs of GitHub, and a refusal is a line of the log', async () => {
    const value = [{ environment: 'production', by: 'ada' }];
    const asked: string[] = [];
    const github = { ...silentGitHub, approvals: (id: string) => (asked.push(id), Promise.resolve({ ok: true, value } as const)) }; // prettier-ignore
    const of = (runId: string, url: string) => sceneOn(host([]), { github, context: contextOf({ runId, url }) });
    const url = 'https://github.com/o/r/actions/runs/7';
    expect(await approvalsOf(of('7', url))).toEqual(value);
    expect(await approvalsOf(of('local-1', url))).toBeUndefined();
    expect(await approvalsOf(of('7', 'local'))).toBeUndefined();
    expect(asked).toEqual(['7']);
    const refused = sceneOn(host([]), { context: contextOf({ runId: '7', url }) });
    expect(await approvalsOf(refused)).toBeUndefined();
    expect(refused.shown).toEqual(['    who approved this run is not known: there is no token']);
  });
});

describe('another run holds the target', () => {
  const busy = theirs({ phase: 'switched', current: 'B' });

  test('it is waited for, by name, and then opened', async () => {
    const on = host([...Array<Found>(30).fill(busy), closed]);
    const scene = sceneOn(on);
    await opened(scene, busy);
    expect(on.ran()).toEqual([...Array<string>(31).fill('look'), 'open']);
    expect(on.inputs('open')).toMatchObject([{ how: 'anew', seen: closed.seen }]);
    const said = scene.shown.filter((line) => line.includes('waiting for'));
    expect(said[0]).toMatch(/waiting for t5, which is switched: bob https:\/\/example\.org\/runs\/9/);
    expect(said.length).toBeGreaterThan(1);
    expect(said.length).toBeLessThan(6);
  });

  test('an open one is waited for, and taken over once its driver is silent', async () => {
    const on = host([20, 40, 59, 60].map((silence) => theirs({ phase: 'open', silence })));
    await opened(sceneOn(on), theirs({ phase: 'open' }));
    expect(on.ran()).toEqual(['look', 'look', 'look', 'look', 'open']);
  });

  test('so does another job of this run: a matrix leg waits', async () => {
    const leg = at({ phase: 'open', claim: claimOf({ token: 'job-b' }) });
    const on = host([leg, mine({ phase: 'confirmed', claim: claimOf({ token: 'job-b' }) })]);
    await opened(sceneOn(on), leg);
    expect(on.ran()).toEqual(['look', 'look', 'open']);
  });

  test('not for ever: after `wait` it is refused, with the line that takes the other one back', async () => {
    const on = host([busy]);
    const scene = sceneOn(on, { target: targetOf({ wait: 60_000 }) });
    const { code, what, said } = await failureOf(opened(scene, busy));
    expect(code).toBe('TX_BUSY');
    expect(what).toBe('t5 of bob is still switched after 1 min: https://example.org/runs/9');
    expect(said).toEqual(['ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t5']);
    expect(on.ran()).not.toContain('open');
    expect(scene.clock.now()).toBeGreaterThan(60_000);
    expect(scene.clock.now()).toBeLessThan(62_000);
  });

  test('and its undo fails meanwhile: a person must decide', async () => {
    const on = host([busy, theirs({ phase: 'held' })]);
    expect(await failureOf(opened(sceneOn(on), busy))).toMatchObject({ code: 'TX_HELD' });
    expect(on.ran()).not.toContain('open');
  });

  test('and this run is cancelled meanwhile: nothing is opened', async () => {
    const cancel = new AbortController();
    const reason = new Failure({ code: 'CANCELLED', what: 'the run was cancelled', next: '-' });
    const on = fakeHost({ ...opens, look: () => (cancel.abort(reason), ok(busy)) });
    expect(await failureOf(opened(sceneOn(on, { signal: cancel.signal }), busy))).toMatchObject({ code: 'CANCELLED' });
    expect(on.ran()).toEqual(['look']);
  });

  test('its watchdog died too: the host is asked to finish it', async () => {
    const dead = theirs({ phase: 'switched', current: 'B', remaining: -11 });
    let phase: 'switched' | 'undone' = 'switched';
    const on = fakeHost({
      ...opens,
      look: () => ok({ ...dead, phase }),
      recover: () => {
        phase = 'undone';
        return ok({ phase, number: 5, release: 'A', untouched: false });
      },
    });
    await opened(sceneOn(on), dead);
    expect(on.ran()).toEqual(['recover', 'look', 'open']);
  });

  test('and is only just late: that is its watchdog’s', async () => {
    const on = host([theirs({ phase: 'undone' })]);
    await opened(sceneOn(on), theirs({ phase: 'switched', current: 'B', remaining: -2 }));
    expect(on.ran()).toEqual(['look', 'open']);
  });
});

describe('the state moves between reading and opening', () => {
  test('it is read again, and what is found then decides', async () => {
    let tries = 0;
    const on = host([theirs({ phase: 'open' }), closed], {
      open: () => ((tries += 1) === 1 ? fault('TX_BUSY') : ok({ number: 7, previous: 'C' })),
    });
    expect(await opened(sceneOn(on), nothing)).toMatchObject({ number: 7, previous: 'C', found: closed });
    expect(on.ran()).toEqual(['open', 'look', 'look', 'open']);
    expect(on.inputs('open').map(({ seen }) => seen)).toEqual([nothing.seen, closed.seen]);
  });

  test('for ever: that has an end too', async () => {
    const on = host([closed], { open: () => fault('TX_BUSY') });
    const scene = sceneOn(on, { target: targetOf({ wait: 30_000 }) });
    expect(await failureOf(opened(scene, closed))).toMatchObject({ code: 'TX_BUSY' });
    expect(scene.clock.now()).toBeLessThan(32_000);
  });

  test('what the host lacks is a fault at once, and names its step', async () => {
    const on = host([], { open: () => fault('PREFLIGHT', 'cannot make the link') });
    expect(await failureOf(opened(sceneOn(on), nothing))).toMatchObject({ code: 'PREFLIGHT', step: 'open' });
    expect(on.ran()).toEqual(['open']);
  });
});

describe('a run that was overtaken', () => {
  const history = chronicle();
  history.deploy('C', { run: 'run-9', runNumber: 9 });
  const newer = { ...closed, journal: history.text() };

  test('is refused before anything', async () => {
    const on = host([]);
    expect(await failureOf(opened(sceneOn(on), newer))).toMatchObject({
      code: 'TX_STALE',
      what: 'run 9 of this workflow has deployed since; this is run 7',
    });
    expect(on.ran()).toEqual([]);
  });

  test('is refused when that happens while it waits', async () => {
    const busy = theirs({ phase: 'switched', current: 'C' });
    const on = host([busy, newer]);
    expect(await failureOf(opened(sceneOn(on), busy))).toMatchObject({ code: 'TX_STALE' });
    expect(on.ran()).toEqual(['look', 'look']);
  });

  test('goes on when it is told to', async () => {
    await expect(opened(sceneOn(host([])), newer, { allowOlder: true })).resolves.toMatchObject({ number: 6 });
  });
});

describe('a turn', () => {
  test('is waited for: what is found then is judged', async () => {
    const scene = sceneOn(host([theirs({ phase: 'open' }), closed]));
    const survey = await turn(scene, judge(scene, 'rollback', theirs({ phase: 'open' })), 'rollback');
    expect(survey).toMatchObject({ found: closed, answer: 'open' });
    expect(scene.timeline.timed().map(({ id }) => id)).toEqual(['wait']);
  });

  test('is there at once when nobody else is', async () => {
    const on = host([]);
    const scene = sceneOn(on);
    const first = judge(scene, 'rollback', closed);
    expect(await turn(scene, first, 'rollback')).toBe(first);
    expect(on.ran()).toEqual([]);
  });
});

test('a claim has one line for each fact, whatever is in it', () => {
  const context = contextOf({ actor: 'ann\nphase=confirmed', workflow: 'Deploy: to\nproduction' });
  const lines = claim({ context }, { ...opening, reason: 'because\r\nI say so' });
  expect(lines.every((line) => /^[a-z_]+=[^\r\n]*$/.test(line))).toBe(true);
  expect(lines).toContain('actor=ann phase=confirmed');
  expect(lines).toContain('reason=because I say so');
  expect(lines).toContain('workflow=Deploy+3A+20to+0Aproduction');
  expect(new Set(lines.map((line) => line.split('=')[0])).size).toBe(lines.length);
});

test('the beat says that the driver works, also when one is lost, until it may rest', async () => {
  let beats = 0;
  let rest = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const on = fakeHost({
      beat: () => {
        beats += 1;
        if (beats === 3) {
          rest();
          resolve();
        }
        return beats === 2 ? fault('SSH_LOST') : ok(undefined);
      },
    });
    // here even 20 s pass at once
    const clock = { ...fakeClock(), sleep: () => Promise.resolve() };
    rest = beat(sceneOn(on, { clock }));
  });
  await over;
  await new Promise(setImmediate);
  expect(beats).toBe(3);
});

test('what is gone back to is what was confirmed last, also while something else is open', () => {
  expect(undoOf(nothing)).toEqual({ kind: 'none' });
  expect(undoOf(theirs({ phase: 'confirmed', release: 'C' }))).toEqual({ kind: 'code', to: 'C' });
  expect(undoOf(theirs({ phase: 'undone', previous: 'A' }))).toEqual({ kind: 'code', to: 'A' });
  expect(undoOf(theirs({ phase: 'open', previous: 'A' }))).toEqual({ kind: 'code', to: 'A' });
  expect(undoOf(theirs({ phase: 'undone', previous: '' }))).toEqual({ kind: 'none' });
});
