import { describe, expect, test } from '@jest/globals';
import { Failure, ok } from '#fault';
import type { FaultCode } from '#fault';
import type { Found, Phase } from '#plan';
import { encodeRelease } from '#release';
import type { Release } from '#release';
import { claimOf, contextOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers, FakeHost } from '../../test/fakes/host.ts';
import { chronicle } from '../../test/fakes/journal.ts';
import { tested } from '../../test/fakes/evidence.ts';
import { encode } from '#evidence';
import { sceneOn } from '../../test/fakes/scene.ts';
import { rollback } from './rollback.ts';
import type { RollbackWish } from './rollback.ts';

const [a, b, c] = ['aaaaaaa-1111', 'bbbbbbb-2222', 'ccccccc-3333'] as const;
const previous: RollbackWish = { to: 'previous', reason: undefined, within: undefined, dry: false };

const record = (id: string, leaves: string[] = []): Release => ({
  v: 1,
  id,
  hash: '0'.repeat(64),
  commit: id.slice(0, 1).repeat(40),
  run: { repository: 'o/r', id: '1', attempt: 1, url: '' },
  actor: 'ann',
  env: null,
  environment: null,
  python: null,
  venv: '.venv',
  directory: '.',
  services: [{ name: 'web', command: ['gunicorn'], role: 'web', drain: 1000, boot: 1000 }],
  hooks: {},
  shared: [],
  url: null,
  checks: [],
  leaves,
  createdAt: '2026-01-02T11:00:00.000Z',
});

const kept = [a, b, c].map((id) => ({
  id,
  hash: '',
  env: undefined,
  environment: '',
  at: 1_750_000_000,
  preparedBy: [],
}));
const processes = (release: string) => [{ service: 'web', pid: 7, release, verdict: 'ok' as const }];

/** The state of a host after this story; the newest transaction is `run-7`'s unless it is said. */
const state = (
  story: (host: ReturnType<typeof chronicle>) => void,
  phase: Phase,
  over: Partial<Found> & { release: string; previous: string },
  claim: Parameters<typeof claimOf>[0] = {},
): Found => {
  const host = chronicle();
  story(host);
  const current = ['confirmed', 'switched'].includes(phase) ? over.release : over.previous;
  return foundOn({
    number: 5,
    kind: 'deploy',
    phase,
    current,
    processes: processes(current),
    releases: kept,
    journal: host.text(),
    claim: claimOf(claim),
    ...over,
  });
};

const mine = { run: 'run-7' };
const other = { run: 'run-9', actor: 'bob' };

/** A host that does as it is told, from these states on; after that it is what it was told. */
const host = (states: readonly Found[], over: Answers = {}): FakeHost => {
  let [now = foundOn(), ...rest] = states;
  const serve = (release: string): void => {
    now = { ...now, current: release, processes: processes(release) };
  };
  return fakeHost({
    recover: () => ok({ phase: now.phase, number: now.number, release: now.release, untouched: true }),
    look: () => {
      const seen = now;
      [now = now, ...rest] = rest;
      return ok(seen);
    },
    describe: ({ release }) => ok(encodeRelease(record(release))),
    evidence: () => ok(Buffer.alloc(0)),
    open: () => ok({ number: 6, previous: now.phase === 'confirmed' ? now.release : now.previous }),
    beat: () => ok(undefined),
    switch: ({ release }) => {
      serve(release);
      return ok({ remaining: 600, since: 1000, processes: processes(release) });
    },
    renew: () => ok({ remaining: 600 }),
    confirm: () => ok({ phase: 'confirmed', number: 6, release: now.current }),
    'take-back': () => {
      serve(now.previous);
      now = { ...now, phase: 'undone' };
      return ok({ phase: 'undone', number: now.number, release: now.previous });
    },
    ...over,
  });
};

const did = (on: FakeHost): readonly string[] =>
  on.ran().filter((program) => !['look', 'recover', 'describe', 'evidence', 'beat'].includes(program));

const codeOf = async (promise: Promise<unknown>): Promise<FaultCode | undefined> => {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  return error instanceof Failure ? error.fault.code : undefined;
};

const two = (h: ReturnType<typeof chronicle>): void => {
  h.deploy(a);
  h.deploy(b);
};
const onB = state(two, 'confirmed', { release: b, previous: a }, other);

describe('going back to the previous release', () => {
  test('is a transaction of its own, with the variables of today', async () => {
    const on = host([onB]);
    const scene = sceneOn(on);
    expect(await rollback(scene, { ...previous, reason: 'errors' })).toMatchObject({ outcome: 'done' });
    expect(did(on)).toEqual(['open', 'switch', 'confirm']);
    expect(on.inputs('open')).toMatchObject([{ how: 'anew', kind: 'rollback', release: a, claim: expect.arrayContaining(['reason=errors', 'commit=step']) }]); // prettier-ignore
    expect(on.inputs('switch')).toMatchObject([{ number: 6, release: a, within: 600, environmentFrom: b }]);
    expect(scene.evidence).toMatchObject({ transaction: 't6', release: a, previous: b, commit: 'a'.repeat(40) });
  });

  test('goes on where somebody changed files on the host, and names them', async () => {
    const scene = sceneOn(host([{ ...onB, drifted: ['app/urls.py'] }]));
    expect(await rollback(scene, previous)).toMatchObject({ outcome: 'done' });
    expect(scene.evidence.notes).toContainEqual({ kind: 'warning', text: expect.stringContaining('app/urls.py') });
  });

  test('shows the evidence that is kept with the release, and is not held up by what is wrong with it', async () => {
    const kept = tested('a'.repeat(40));
    const scene = sceneOn(host([onB], { evidence: () => ok(Buffer.from(encode(kept))) }));
    expect(await rollback(scene, previous)).toMatchObject({ outcome: 'done' });
    expect(scene.evidence.evidence).toMatchObject({ head: kept.head, links: [{ kind: 'commit' }, { kind: 'tests' }] });
    const other = sceneOn(host([onB], { evidence: () => ok(Buffer.from('{}')) }));
    expect(await rollback(other, previous)).toMatchObject({ outcome: 'done' });
    expect(other.evidence.notes).toContainEqual({
      kind: 'warning',
      text: expect.stringContaining(`the evidence of ${a}`),
    });
  });

  test('dry: is planned, and changes nothing', async () => {
    const on = host([onB]);
    expect(await rollback(sceneOn(on), { ...previous, dry: true })).toEqual({
      outcome: 'planned',
      verdict: `${a} would serve after ${b}`,
    });
    expect(on.ran()).toEqual(['look', 'describe', 'describe', 'evidence']);
  });

  test('is refused where the schemas differ, and names the migrations', async () => {
    const on = host([onB], {
      describe: ({ release }) => ok(encodeRelease(record(release, [release === b ? 'shop.0002' : 'shop.0001']))),
    });
    const failure: unknown = await rollback(sceneOn(on), previous).catch((caught: unknown) => caught);
    expect(failure).toMatchObject({
      fault: { code: 'SCHEMA_DIFFERS', said: ['applied since: shop.0002', 'not any more: shop.0001'] },
    });
    expect(did(on)).toEqual([]);
  });

  test('is refused where root’s units are no longer as the release needs them, before anything is opened', async () => {
    const units = [{ name: 'web.service', is: new Map([['LoadState', 'not-found']]) }];
    const under = { ...onB, servicesUnder: 'units' as const };
    const on = host([under], { units: () => ok({ units, barred: [], sudo: true }) });
    const failure: unknown = await rollback(sceneOn(on), previous).catch((caught: unknown) => caught);
    expect(failure).toMatchObject({ fault: { code: 'PREFLIGHT' } });
    expect((failure as Failure).fault.problems).toContainEqual(
      expect.objectContaining({ what: 'the system has no unit web.service' }),
    );
    expect(on.inputs('units')).toEqual([{ base: '/srv/app-landfall', services: ['web'] }]);
    expect(did(on)).toEqual(['units']);
  });

  test('asks those who keep adopted programs, too', async () => {
    const theirs = {
      keeper: 'units',
      conf: '',
      absent: ['web'],
      barred: [],
      sudo: true,
      units: [{ name: 'web.service', is: new Map([['TimeoutStopUSec', 'infinity']]) }],
    } as const;
    const under = { ...onB, servicesUnder: 'adopted' as const };
    const on = host([under], { 'their-programs': () => ok(theirs) });
    const failure: unknown = await rollback(sceneOn(on), previous).catch((caught: unknown) => caught);
    const said = (failure as Failure).fault.problems?.map(({ what }) => what).join('\n');
    expect(said).toContain("web is no program of the system's systemd");
    expect(said).not.toContain('for ever');
    expect(did(on)).toEqual(['their-programs']);
  });

  test('is undone where the release does not come up', async () => {
    const on = host([onB], { switch: () => fault('SWITCH_FAILED') });
    expect(await codeOf(rollback(sceneOn(on), previous))).toBe('SWITCH_FAILED');
    expect(did(on)).toEqual(['open', 'switch', 'take-back']);
  });
});

describe('a run’s own deploy', () => {
  test.each<Phase>(['open', 'switched'])('%s: is taken back, that is all', async (phase) => {
    const on = host([state((h) => { h.deploy(a); h.deploy(b, mine, 'switched'); }, phase, { release: b, previous: a })]); // prettier-ignore
    expect(await rollback(sceneOn(on), previous)).toEqual({
      outcome: 'done',
      verdict: `t5 of this run is taken back: ${a} serves`,
      back: true,
    });
    expect(did(on)).toEqual(['take-back']);
  });

  test('switched, dry: would be taken back', async () => {
    const on = host([state((h) => { h.deploy(a); h.deploy(b, mine, 'switched'); }, 'switched', { release: b, previous: a })]); // prettier-ignore
    expect(await rollback(sceneOn(on), { ...previous, dry: true })).toEqual({
      outcome: 'planned',
      verdict: `t5 of this run would be taken back: ${a} would serve`,
    });
    expect(on.ran()).toEqual(['look']);
  });

  test('switched, and another release is asked for: is taken back, and then gone on to that', async () => {
    const story = (h: ReturnType<typeof chronicle>): void => { h.deploy(c); h.deploy(a); h.deploy(b, mine, 'undone'); }; // prettier-ignore
    const on = host([state(story, 'switched', { release: b, previous: a })]);
    expect(await rollback(sceneOn(on), { ...previous, to: c })).toMatchObject({ outcome: 'done' });
    expect(did(on)).toEqual(['take-back', 'open', 'switch', 'confirm']);
    expect(on.inputs('switch')).toMatchObject([{ release: c, environmentFrom: a }]);
  });

  test('confirmed: is gone back from', async () => {
    const on = host([state((h) => { h.deploy(a); h.deploy(b, mine); }, 'confirmed', { release: b, previous: a })]); // prettier-ignore
    expect(await rollback(sceneOn(on), previous)).toMatchObject({ outcome: 'done' });
    expect(on.inputs('switch')).toMatchObject([{ release: a }]);
  });

  test.each<[string, Found]>([
    ['undone', state((h) => { h.deploy(a); h.deploy(b, mine, 'undone'); }, 'undone', { release: b, previous: a })],
    ['undone, and another run has deployed since', state((h) => { h.deploy(a); h.deploy(b, mine, 'undone'); h.deploy(c); }, 'confirmed', { release: c, previous: a }, other)],
    ['rolled back by another run', state((h) => { h.deploy(a); h.deploy(b, mine); h.rollback(a); }, 'confirmed', { release: a, previous: b, kind: 'rollback' }, other)],
  ])('%s: nothing is left to go back from', async (_, found) => {
    const on = host([found]);
    expect(await rollback(sceneOn(on), previous)).toMatchObject({ outcome: 'unchanged' });
    expect(did(on)).toEqual([]);
  }); // prettier-ignore
});

describe('a rollback that is run again', () => {
  const again = { context: contextOf({ attempt: 2, token: 'job-c', driver: 'step-c' }) };
  const back = (end: 'open' | 'switched' | 'confirmed' | 'undone', phase: Phase): Found => {
    return state((h) => { h.deploy(c); two(h); h.rollback(a, mine, end); }, phase, { release: a, previous: b, kind: 'rollback' }); // prettier-ignore
  };

  test('goes on, where it was not switched yet', async () => {
    const on = host([back('open', 'open')]);
    expect(await rollback(sceneOn(on, again), previous)).toMatchObject({ outcome: 'done' });
    expect(on.inputs('open')).toMatchObject([{ how: 'again', release: a }]);
    expect(did(on)).toEqual(['open', 'switch', 'confirm']);
  });

  test('goes on, where it was switched: not forward to what it left', async () => {
    const on = host([back('switched', 'switched')]);
    expect(await rollback(sceneOn(on, again), previous)).toMatchObject({ outcome: 'done' });
    expect(did(on)).toEqual(['open', 'renew', 'confirm']);
    expect(on.inputs('open')).toMatchObject([{ how: 'again' }]);
  });

  test('does nothing, where it was confirmed: not back two releases', async () => {
    const on = host([back('confirmed', 'confirmed')]);
    expect(await rollback(sceneOn(on, again), previous)).toEqual({
      outcome: 'unchanged',
      verdict: `this run has gone back already: ${a} serves`,
    });
    expect(did(on)).toEqual([]);
  });

  test('is tried again, where it was undone', async () => {
    const on = host([back('undone', 'undone')]);
    expect(await rollback(sceneOn(on, again), previous)).toMatchObject({ outcome: 'done' });
    expect(did(on)).toEqual(['open', 'switch', 'confirm']);
    expect(on.inputs('switch')).toMatchObject([{ release: a, environmentFrom: b }]);
  });
});

describe('another run is at work', () => {
  const busy = state((h) => { two(h); h.deploy(c, { run: 'run-9' }, 'switched'); }, 'switched', { release: c, previous: b, remaining: 500 }, other); // prettier-ignore
  const itsConfirmed = state((h) => { two(h); h.deploy(c, { run: 'run-9' }); }, 'confirmed', { release: c, previous: b }, other); // prettier-ignore

  test('what it leaves live decides what "previous" is', async () => {
    const on = host([busy, busy, itsConfirmed]);
    expect(await rollback(sceneOn(on), previous)).toMatchObject({ outcome: 'done' });
    expect(on.inputs('switch')).toMatchObject([{ release: b, environmentFrom: c }]);
  });

  test('and changes what is live after the plan was made: nothing of it is carried out', async () => {
    const on = host([onB], { open: () => ok({ number: 7, previous: c }) });
    expect(await codeOf(rollback(sceneOn(on), previous))).toBe('TX_BUSY');
    expect(did(on)).toEqual(['open', 'take-back']);
    expect(on.inputs('take-back')).toMatchObject([{ number: 7 }]);
  });
});

test('what serves already is not switched to again, unless a process strayed', async () => {
  const on = host([onB]);
  expect(await rollback(sceneOn(on), { ...previous, to: b })).toEqual({
    outcome: 'unchanged',
    verdict: `${b} serves already`,
  });
  const strayed = host([{ ...onB, processes: processes(a) }]);
  expect(await rollback(sceneOn(strayed), { ...previous, to: b })).toMatchObject({ outcome: 'done' });
  expect(strayed.inputs('switch')).toMatchObject([{ release: b, environmentFrom: '' }]);
});

test('where nothing was ever deployed there is nothing to go back to', async () => {
  const on = host([foundOn()]);
  expect(await codeOf(rollback(sceneOn(on), previous))).toBe('RELEASE_AMBIGUOUS');
  expect(did(on)).toEqual([]);
});
