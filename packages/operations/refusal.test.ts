import { expect, test } from '@jest/globals';
import { standings, states, wishes } from '#journal';
import { claimOf, foundOn } from '../../test/fakes/found.ts';
import { refusal } from './refusal.ts';

const line = 'ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t5';
const found = foundOn({ number: 5, phase: 'switched', current: 'B', previous: 'A', claim: claimOf() });

const refused = standings.flatMap((at) =>
  wishes.flatMap((wish) => {
    const answer = states[at][wish];
    return typeof answer === 'object' ? [[at, wish, answer.refuse] as const] : [];
  }),
);

test.each(refused)('%s × %s is refused in words of its own, with what to do: %s', (_, wish, code) => {
  const { fault } = refusal(code, wish, found, line);
  expect(fault.code).toBe(code);
  expect(fault.what).toMatch(new RegExp(`^${wish}: (?!refused)`));
  expect(fault.next).not.toBe('');
});

test('whoever is in the way is named, with the page of the run and the line that undoes by hand', () => {
  for (const code of ['TX_BUSY', 'TX_HELD'] as const) {
    const { fault } = refusal(code, 'confirm', found, line);
    expect(fault.what).toContain('t5');
    expect(fault.what).toContain('ann (https://github.com/o/r/actions/runs/7)');
    expect(fault.said).toEqual([line]);
  }
  const nobody = refusal('TX_HELD', 'deploy', foundOn({ number: 5, phase: 'held' }), line);
  expect(nobody.fault.what).toBe('deploy: t5 is held, for its undo failed');
});

test('what serves is said: a release, or nothing', () => {
  for (const code of ['TX_UNDONE', 'TX_ROLLED_BACK'] as const) {
    expect(refusal(code, 'smoke', found, line).fault.what).toMatch(/; B serves$/);
    expect(refusal(code, 'smoke', foundOn(), line).fault.what).toMatch(/; nothing serves$/);
  }
});
