import { describe, expect, test } from '@jest/globals';
import { chronicle } from '../../test/fakes/journal.ts';
import { destination, fold, readJournal } from './index.ts';

type Host = ReturnType<typeof chronicle>;

const a = 'aaaaaaa-1111';
const b = 'bbbbbbb-2222';
const b2 = 'bbbbbbb-3333';
const b3 = 'bbbbbbb-4444';
const c = 'ccccccc-5555';
const sha = 'b'.repeat(40);

/** Where `to` leads: the release (and those that it fits), or the fault's code. */
const leads = (to: string, happened: (host: Host) => void, live: string, kept = [a, b, b2, b3, c]): string => {
  const host = chronicle();
  happened(host);
  const result = destination(to, fold(readJournal(host.text())), live, kept);
  if (!result.ok) {
    expect(result.fault.next).toContain(kept.length === 0 ? 'none' : kept.join(', '));
    return result.fault.code;
  }
  const { release, several } = result.value;
  return several.length > 0 ? `${release} of ${several.join(' ')}` : release;
};

const two = (h: Host): void => {
  h.deploy(a);
  h.deploy(b);
};

describe('previous', () => {
  test.each<[string, (host: Host) => void, string, string]>([
    ['two deploys', two, b, a],
    ['an undone deploy after them', (h) => { two(h); h.deploy(c, {}, 'undone'); }, b, a],
    ['an undone deploy between them', (h) => { h.deploy(a); h.deploy(c, {}, 'undone'); h.deploy(b); }, b, a],
    ['a deploy whose undo failed', (h) => { two(h); h.deploy(c, {}, 'held'); }, b, a],
    ['a rollback: not what was left', (h) => { two(h); h.deploy(c); h.rollback(b); }, b, a],
    ['taking back by hand: not what was left', (h) => { two(h); h.byHand(h.deploy(c), b); }, b, a],
    ['a deploy after a rollback', (h) => { two(h); h.rollback(a); h.deploy(c); }, c, a],
    ['a rollback forward', (h) => { two(h); h.rollback(a); h.rollback(b); }, b, a],
    ['the same release twice', (h) => { two(h); h.deploy(b); }, b, a],
    ['an older content again', (h) => { two(h); h.deploy(a); }, a, b],
    ['a first deploy', (h) => { h.deploy(a); }, a, 'RELEASE_AMBIGUOUS'],
    ['a rollback to the first', (h) => { two(h); h.rollback(a); }, a, 'RELEASE_AMBIGUOUS'],
    ['nothing', () => undefined, '', 'RELEASE_AMBIGUOUS'],
    ['something that the journal does not tell', two, c, 'RELEASE_AMBIGUOUS'],
  ])('after %s', (_, happened, live, expected) => {
    expect(leads('previous', happened, live)).toBe(expected);
  }); // prettier-ignore

  test('that is gone from the host: named, and nothing older is taken instead', () => {
    const three = (h: Host): void => { two(h); h.deploy(c); }; // prettier-ignore
    expect(leads('previous', three, c, [a, c])).toBe('RELEASE_UNKNOWN');
  });
});

describe('a transaction', () => {
  test.each<[string, string]>([
    ['t1', a],
    ['t2', b],
    ['t3', 'RELEASE_UNKNOWN'],
    ['t4', a],
    ['t5', 'RELEASE_UNKNOWN'],
    ['t0', 'RELEASE_UNKNOWN'],
    ['t', 'RELEASE_UNKNOWN'],
    ['t1x', 'RELEASE_UNKNOWN'],
    ['T1', 'RELEASE_UNKNOWN'],
  ])('%s leads to %s', (to, expected) => {
    const happened = (h: Host): void => { two(h); h.deploy(c, {}, 'undone'); h.rollback(a); }; // prettier-ignore
    expect(leads(to, happened, a)).toBe(expected);
  });

  test('whose release is gone', () => {
    expect(leads('t1', two, b, [b])).toBe('RELEASE_UNKNOWN');
  });
});

describe('a commit', () => {
  test.each<[string, string, (host: Host) => void, string[], string]>([
    ['that fits one', sha, two, [a, b], b],
    ['in 7 digits', 'bbbbbbb', two, [a, b], b],
    ['in 6 digits: too few to be sure', 'bbbbbb', two, [a, b], 'RELEASE_UNKNOWN'],
    ['that differs after 7 digits is not looked into: ids have no more', `bbbbbbb${'0'.repeat(33)}`, two, [a, b], b],
    ['of none', 'd'.repeat(40), two, [a, b], 'RELEASE_UNKNOWN'],
    ['that was prepared only', 'ccccccc', two, [a, b, c], c],
    ['with several confirmed: the newest', sha, (h) => { two(h); h.deploy(b2); h.deploy(a); }, [a, b, b2, b3], `${b2} of ${b} ${b2} ${b3}`],
    ['with several, gone back to the older: that was confirmed last', sha, (h) => { two(h); h.deploy(b2); h.rollback(b); }, [a, b, b2], `${b} of ${b} ${b2}`],
    ['with several, the newest undone: the confirmed one', sha, (h) => { two(h); h.deploy(b2, {}, 'undone'); }, [a, b, b2], `${b} of ${b} ${b2}`],
    ['with several, the newest gone', sha, (h) => { two(h); h.deploy(b2); }, [a, b], b],
    ['with several, none confirmed', sha, (h) => { h.deploy(a); h.deploy(b, {}, 'undone'); }, [a, b, b2], 'RELEASE_AMBIGUOUS'],
    ['no commit at all', 'main', two, [a, b], 'RELEASE_UNKNOWN'],
    ['nothing', '', two, [a, b], 'RELEASE_UNKNOWN'],
    ['where no release is', sha, two, [], 'RELEASE_UNKNOWN'],
  ])('%s', (_, to, happened, kept, expected) => {
    expect(leads(to, happened, a, kept)).toBe(expected);
  }); // prettier-ignore
});

describe('a release', () => {
  test('is taken as it is named, also one that was undone: a person asks for it', () => {
    expect(leads(b2, (h) => { two(h); h.deploy(b2, {}, 'undone'); }, b)).toBe(b2); // prettier-ignore
  });

  test('that is not on the host', () => {
    expect(leads('ddddddd-9999', two, b)).toBe('RELEASE_UNKNOWN');
  });
});
