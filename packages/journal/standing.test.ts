import { describe, expect, test } from '@jest/globals';
import type { Claim, Found, Phase, RunContext } from '#plan';
import { claimOf, contextOf, foundOn } from '../../test/fakes/found.ts';
import { chronicle } from '../../test/fakes/journal.ts';
import { fold, mayTake, newerRun, own, readJournal, standing, wishes } from './index.ts';
import type { Wish } from './index.ts';

type Host = ReturnType<typeof chronicle>;

const history = (happened: (host: Host) => void = () => undefined) => {
  const host = chronicle();
  happened(host);
  return fold(readJournal(host.text()));
};

/** Who asks, seen from the claim `run-7/1` of the job `job-a`. */
const callers: Readonly<Record<string, Partial<RunContext>>> = {
  'the same run and job': {},
  'another step of the same job': { driver: 'step-b' },
  'a matrix leg: another job of the run': { token: 'job-b', driver: 'step-b' },
  'a later attempt': { attempt: 2, token: 'job-c' },
  'a later attempt with the same token': { attempt: 2 },
  'another run': { runId: 'run-8', token: 'job-d' },
  'another run with the same token': { runId: 'run-8' },
  'a later attempt of another run': { runId: 'run-8', attempt: 9 },
  'the same number in another repository': { repository: 'o/fork' },
};

const ownership: readonly (readonly [who: string, commit: string, wishes: readonly Wish[]])[] = [
  ['the same run and job', 'step', wishes],
  ['the same run and job', 'later', wishes],
  ['another step of the same job', 'job', wishes],
  ['a matrix leg: another job of the run', 'step', []],
  ['a matrix leg: another job of the run', 'job', []],
  ['a matrix leg: another job of the run', 'later', ['confirm', 'abort', 'abort-by-hand', 'smoke']],
  ['a later attempt', 'step', wishes],
  ['a later attempt', 'later', wishes],
  ['a later attempt with the same token', 'job', wishes],
  ['another run', 'step', []],
  ['another run', 'later', []],
  ['another run with the same token', 'later', []],
  ['a later attempt of another run', 'later', []],
  ['the same number in another repository', 'later', []],
];

describe('a transaction is its opener’s', () => {
  test.each(ownership)('%s, commit: %s: for %j', (who, commit, mine) => {
    const claim = claimOf({ commit });
    const context = contextOf(callers[who]);
    expect(wishes.filter((wish) => own({ claim }, context, wish))).toEqual(mine);
  });

  test.each(['step', 'job', 'later'])('an earlier attempt that wakes up has lost it, commit: %s', (commit) => {
    const claim = claimOf({ commit, attempt: 2 });
    expect(wishes.filter((wish) => own({ claim }, contextOf({ attempt: 1 }), wish))).toEqual([]);
  });

  test('nobody’s where nothing was ever opened', () => {
    expect(wishes.filter((wish) => own({ claim: undefined }, contextOf(), wish))).toEqual([]);
  });
});

const at = (phase: Phase, kind = 'deploy', claim: Partial<Claim> = {}): Found =>
  foundOn({ phase, kind, number: 5, release: 'B', previous: 'A', claim: claimOf(claim) });

/** phase, kind → what its owner finds, what anybody else finds. */
const places: readonly (readonly [phase: Phase, kind: string, owner: string, other: string])[] = [
  ['open', 'deploy', 'open-own', 'open-other'],
  ['open', 'rollback', 'open-own-rollback', 'open-other'],
  ['switching', 'deploy', 'switched-own', 'switched-other'],
  ['switching', 'rollback', 'switched-own-rollback', 'switched-other'],
  ['switched', 'deploy', 'switched-own', 'switched-other'],
  ['switched', 'rollback', 'switched-own-rollback', 'switched-other'],
  ['undoing', 'deploy', 'switched-own', 'switched-other'],
  ['undoing', 'rollback', 'switched-own-rollback', 'switched-other'],
  ['confirmed', 'deploy', 'confirmed-own', 'confirmed-other'],
  ['confirmed', 'rollback', 'confirmed-own-rollback', 'confirmed-other'],
  ['undone', 'deploy', 'undone-own', 'undone-other'],
  // a rollback that was undone changed nothing: run again, it is to be tried again
  ['undone', 'rollback', 'undone-other', 'undone-other'],
  ['held', 'deploy', 'held', 'held'],
  ['held', 'rollback', 'held', 'held'],
];

describe('what a caller finds', () => {
  test.each(places)('%s, %s: its owner %s, others %s', (phase, kind, owner, other) => {
    const empty = history();
    for (const wish of wishes) {
      const seen = (over: Partial<RunContext>, claim: Partial<Claim> = {}) =>
        standing(at(phase, kind, claim), empty, contextOf(over), wish);
      expect(seen({})).toBe(owner);
      expect(seen({ driver: 'step-b' })).toBe(owner);
      expect(seen({ attempt: 2, token: 'job-c' })).toBe(owner);
      expect(seen({ token: 'job-b' })).toBe(other);
      expect(seen({ attempt: 1 }, { attempt: 2 })).toBe(other);
      expect(seen({ runId: 'run-8' })).toBe(other);
      const later = ['confirm', 'abort', 'abort-by-hand', 'smoke'].includes(wish) ? owner : other;
      expect(seen({ token: 'job-b' }, { commit: 'later' })).toBe(later);
    }
  });

  test('before the first transaction: none', () => {
    for (const wish of wishes) expect(standing(foundOn(), history(), contextOf(), wish)).toBe('none');
  });
});

const mine = { run: 'run-7', runNumber: 7 };

/** What the journal tells, what the newest transaction is, and what run-7 finds. Transactions of no name are of other runs. */
const stories: readonly (readonly [says: string, happened: (host: Host) => void, newest: Found, finds: string])[] = [
  ['its deploy was rolled back by another run', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); },
    at('confirmed', 'rollback', { run: 'run-9' }), 'rolled-back-own'],
  ['its deploy was taken back by hand', (h) => { h.deploy('A'); h.byHand(h.deploy('B', mine), 'A'); },
    at('confirmed', 'undo', { run: 'hand', repository: '' }), 'rolled-back-own'],
  ['its deploy was rolled back by itself', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A', mine); },
    at('confirmed', 'rollback'), 'rolled-back-own'],
  ['its deploy was rolled back, and another run has deployed since', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); h.deploy('C'); },
    at('confirmed', 'deploy', { run: 'run-9' }), 'rolled-back-own'],
  ['its deploy was rolled back, and another deploy was undone since', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); h.deploy('C', {}, 'undone'); },
    at('undone', 'deploy', { run: 'run-9' }), 'rolled-back-own'],
  ['its deploy brought the content back that an older run had deployed, and was rolled back', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('A', mine); h.rollback('B'); },
    at('confirmed', 'rollback', { run: 'run-9' }), 'rolled-back-own'],
  ['its deploy was rolled back, and back again', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); h.rollback('B'); },
    at('confirmed', 'rollback', { run: 'run-9' }), 'confirmed-own'],
  ['its deploy was rolled back, and another run deployed the same release again', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); h.deploy('B'); },
    at('confirmed', 'deploy', { run: 'run-9' }), 'confirmed-own'],
  ['its deploy was rolled back in vain', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A', {}, 'undone'); },
    at('undone', 'rollback', { run: 'run-9' }), 'confirmed-own'],
  ['its deploy was rolled back by itself in vain', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A', mine, 'undone'); },
    at('undone', 'rollback'), 'confirmed-own'],
  ['its deploy serves, for that of another run was undone', (h) => { h.deploy('A'); h.deploy('B', mine); h.deploy('C', {}, 'undone'); },
    at('undone', 'deploy', { run: 'run-9' }), 'confirmed-own'],
  ['another run has deployed after it', (h) => { h.deploy('A'); h.deploy('B', mine); h.deploy('C'); },
    at('confirmed', 'deploy', { run: 'run-9' }), 'confirmed-other'],
  ['its deploy was undone, and another run has deployed since', (h) => { h.deploy('A'); h.deploy('B', mine, 'undone'); h.deploy('C'); },
    at('confirmed', 'deploy', { run: 'run-9' }), 'undone-own'],
  ['its deploy was undone, and then confirmed in another attempt', (h) => { h.deploy('A'); h.deploy('B', mine, 'undone'); h.deploy('B', { ...mine, attempt: 2 }); },
    at('confirmed', 'deploy', { attempt: 1 }), 'confirmed-own'],
  ['it rolled back what another run had deployed', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A', mine); },
    at('confirmed', 'rollback'), 'confirmed-own-rollback'],
  ['its rollback was undone', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A', mine, 'undone'); },
    at('undone', 'rollback'), 'undone-other'],
  ['another job of it was undone', (h) => { h.deploy('A'); h.deploy('B', mine, 'undone'); },
    at('undone', 'deploy', { token: 'job-b' }), 'undone-other'],
  ['a run of the same number in another repository was rolled back', (h) => { h.deploy('A'); h.deploy('B', { ...mine, repository: 'o/fork' }); h.rollback('A'); },
    at('confirmed', 'rollback', { run: 'run-9' }), 'confirmed-other'],
  ['its deploy was rolled back, and another run holds the target', (h) => { h.deploy('A'); h.deploy('B', mine); h.rollback('A'); h.deploy('C', {}, 'open'); },
    at('open', 'deploy', { run: 'run-9' }), 'open-other'],
]; // prettier-ignore

describe('a run comes back', () => {
  test.each(stories)('%s', (_, happened, newest, finds) => {
    expect(standing(newest, history(happened), contextOf(), 'deploy')).toBe(finds);
  });
});

describe('an open transaction of another run may be taken over', () => {
  const open: Partial<Found> = { phase: 'open', number: 5, remaining: 1700, silence: 0, claim: claimOf() };

  test.each<[string, Partial<Found>, boolean]>([
    ['while its driver is heard', {}, false],
    ['a beat late', { silence: 59 }, false],
    ['after a minute of silence', { silence: 60 }, true],
    ['when its time is over', { remaining: 0 }, true],
    ['when it is over for long', { remaining: -5 }, true],
    ['when the host was started anew', { booted: true }, true],
  ])('%s', (_, over, may) => {
    expect(mayTake(foundOn({ ...open, ...over }))).toBe(may);
  });

  test.each<Phase>(['none', 'switching', 'switched', 'undoing', 'confirmed', 'undone', 'held'])(
    'never when it is %s: that is the watchdog’s, or nobody’s',
    (phase) => {
      expect(mayTake(foundOn({ ...open, phase, booted: true, remaining: -5, silence: 9999 }))).toBe(false);
    },
  );
});

describe('a run is stale', () => {
  const newer = (happened: (host: Host) => void, over: Partial<RunContext> = {}) =>
    newerRun(history(happened), contextOf(over));
  const [eight, nine] = [{ runNumber: 8 }, { runNumber: 9 }];

  test('when newer ones of its workflow were confirmed: the newest is named', () => {
    expect(newer((h) => { h.deploy('A', eight); h.deploy('B', nine); h.deploy('C', { runNumber: 3 }); })).toBe(9); // prettier-ignore
  });

  test('in a workflow whose name has spaces', () => {
    const by = { ...eight, workflow: 'Deploy+20to+20production' };
    expect(newer((h) => { h.deploy('A', by); }, { workflow: 'Deploy to production' })).toBe(8); // prettier-ignore
  });

  test.each<[string, (host: Host) => void]>([
    ['nothing was deployed', () => undefined],
    ['it deployed itself', (h) => { h.deploy('A', { runNumber: 7 }); }],
    ['older ones deployed', (h) => { h.deploy('A', { runNumber: 6 }); }],
    ['the newer one was undone', (h) => { h.deploy('A'); h.deploy('B', eight, 'undone'); }],
    ['the newer one is held', (h) => { h.deploy('A'); h.deploy('B', eight, 'held'); }],
    ['the newer one is not confirmed yet', (h) => { h.deploy('A'); h.deploy('B', eight, 'switched'); }],
    ['the newer one was rolled back', (h) => { h.deploy('A'); h.deploy('B', eight); h.rollback('A', nine); }],
    ['the newer one was taken back by hand', (h) => { h.deploy('A'); h.byHand(h.deploy('B', eight), 'A'); }],
    ['the newer one, of older content, was rolled back', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('A', eight); h.rollback('B'); }],
    ['the newer one only rolled back', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A', eight); }],
    ['the newer one is of another workflow', (h) => { h.deploy('A', { ...eight, workflow: 'nightly' }); }],
    ['the newer one is of another repository', (h) => { h.deploy('A', { ...eight, repository: 'o/fork' }); }],
  ])('not when %s', (_, happened) => {
    expect(newer(happened)).toBeUndefined();
  }); // prettier-ignore

  test('when a rollback of the newer one was undone', () => {
    expect(newer((h) => { h.deploy('A'); h.deploy('B', eight); h.rollback('A', nine, 'undone'); })).toBe(8); // prettier-ignore
  });
});
