import { describe, expect, test } from '@jest/globals';
import { line } from '../../test/fakes/journal.ts';
import { fold, readJournal, revertedOf } from './index.ts';

type Part = readonly [e: string, text?: string, tx?: number];

const now = 1_750_000_100;
/** What a journal of these lines tells of; without a number they are t5's. */
const told = (parts: readonly Part[], clock = now) => {
  const text = parts.map(([e, why = '', tx = 5]) => line(tx, e, why, { release: 'B', previous: 'A' })).join('\n');
  return revertedOf(readJournal(text).events, clock);
};
const opened: Part = ['opened', 'ann'];
const switched: readonly Part[] = [opened, ['switching'], ['switched']];

describe('what a host did by itself', () => {
  test.each([
    ['silence', 'nobody confirmed it in time'],
    ['reboot', 'the host was started anew'],
    ['died', 'died half-way'],
  ])('is told: %s', (why, says) => {
    const [one, ...more] = told([...switched, ['undone', why]]);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ number: 5, release: 'B', previous: 'A', held: false });
    expect(one?.says).toContain('t5 (B, opened by ann)');
    expect(one?.says).toContain(says);
    expect(one?.says).toContain('A serves since');
  });

  test('is told also when it failed: a person must decide', () => {
    const [one] = told([...switched, ['held', 'silence']]);
    expect(one).toMatchObject({ held: true, says: expect.stringContaining('held for a person') as unknown });
  });

  test('is told once', () => {
    expect(told([...switched, ['undone', 'silence'], ['told']])).toEqual([]);
    const other = told([...switched, ['undone', 'silence'], ['opened', 'bob', 6], ['switching', '', 6], ['undone', 'died', 6], ['told', '', 5]]); // prettier-ignore
    expect(other.map(({ number }) => number)).toEqual([6]);
  });

  test.each<[string, readonly Part[]]>([
    ['a run did it', [...switched, ['undone', 'failed']]],
    ['a person did it', [...switched, ['undone', 'asked']]],
    ['another run did it', [...switched, ['undone', 'overtaken']]],
    ['nothing had been switched', [opened, ['undone', 'reboot']]],
    ['a person has mended it since', [...switched, ['held', 'silence'], ['undone', 'asked']]],
    ['its number was given again', [...switched, ['undone', 'silence'], opened]],
  ])('is no news when %s', (_, parts) => {
    expect(told(parts)).toEqual([]);
  });

  test('is no news after a week', () => {
    const parts: readonly Part[] = [...switched, ['undone', 'silence']];
    expect(told(parts, now + 6 * 86_400)).toHaveLength(1);
    expect(told(parts, now + 8 * 86_400)).toEqual([]);
  });
});

test('that people were told changes nothing in the history', () => {
  const lines = ['opened', 'switching', 'switched', 'undone'].map((e) => line(5, e, e === 'undone' ? 'silence' : '', { release: 'B', previous: 'A', kind: 'deploy' })); // prettier-ignore
  const before = fold(readJournal(lines.join('\n')));
  const after = fold(readJournal([...lines, line(5, 'told', '', {})].join('\n')));
  expect(after).toEqual(before);
  expect(after.damaged).toBe(0);
});
