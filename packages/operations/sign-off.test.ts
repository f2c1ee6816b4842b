import { describe, expect, test } from '@jest/globals';
import { Failure, ok } from '#fault';
import type { Found, RunContext } from '#plan';
import { claimOf, contextOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost } from '../../test/fakes/host.ts';
import { chronicle, line } from '../../test/fakes/journal.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { signOff, signOffProblems, signedRelease } from './sign-off.ts';
import { judge } from './survey.ts';

const person = { event: 'workflow_dispatch' };

/** A host on which A, B and C were deployed, the newest of them with this end. */
const host = (end: 'confirmed' | 'switched' | 'undone', over: Partial<Found> = {}): Found => {
  const told = chronicle();
  told.deploy('A');
  told.deploy('B');
  told.deploy('C', {}, end);
  const serves = end === 'undone' ? 'B' : 'C';
  const claim = claimOf({ run: 'run-3' });
  const state = { number: 3, kind: 'deploy', phase: end, release: 'C', previous: 'B', current: serves, claim };
  return foundOn({ ...state, journal: told.text(), ...over });
};
const surveyed = (found: Found, context: Partial<RunContext> = {}) =>
  judge(sceneOn(fakeHost({}), { context: contextOf(context) }), 'sign-off', found);

describe('a sign-off is refused', () => {
  test.each(['42', 't', 't0', 't4x', 'previous', 't1; rm'])('of %s, which is no transaction', (signed) => {
    expect(signOffProblems(signed, person).map(({ where }) => where)).toEqual(['input sign-off']);
  });

  test.each(['push', 'schedule', 'repository_dispatch', undefined])('in a run of %s, which nobody started', (event) => {
    expect(signOffProblems('t4', event === undefined ? {} : { event })).toHaveLength(1);
  });

  test.each([
    ['t1', 'of what was left since', host('confirmed')],
    ['t2', 'of what another followed', host('confirmed')],
    ['t9', 'of what never was', host('confirmed')],
    ['t3', 'of what was undone', host('undone')],
    ['t3', 'of what is not what current leads to', host('confirmed', { current: 'B' })],
  ])('%s: %s', (signed, _, found) => {
    expect(() => signedRelease(signed, surveyed(found))).toThrow(Failure);
  });

  test('of what is not confirmed yet, by its own run too', () => {
    const found = host('switched', { claim: claimOf({ run: 'run-7' }) });
    expect(() => signedRelease('t3', surveyed(found))).toThrow(/t3 is no confirmed transaction whose release serves/);
    expect(() => surveyed(found, { runId: 'run-8' })).toThrow(/t3 is switched and another run's/);
  });
});

test.each([
  ['t3', 'C', 'confirmed'],
  ['t2', 'B', 'undone'],
] as const)('what serves is signed off: %s', (signed, release, end) => {
  expect(signedRelease(signed, surveyed(host(end)))).toBe(release);
});

test('the host keeps who it was, and the report is what the host keeps', async () => {
  const found = host('confirmed');
  const journal = `${found.journal}${line(3, 'verified', 'grace\nhttps://x', {})}\n`;
  const on = fakeHost({ 'sign-off': () => ok(undefined), look: () => ok({ ...found, journal }) });
  const scene = sceneOn(on, { context: contextOf({ restartedBy: 'grace', attempt: 2 }) });
  expect(await signOff(scene, 't3', surveyed(found))).toBe('grace');
  expect(on.inputs('sign-off')).toEqual([
    {
      base: '/srv/app-landfall',
      seen: '3:confirmed',
      number: 3,
      run: 'run-7',
      attempt: 2,
      who: 'grace\nhttps://github.com/o/r/actions/runs/7',
    },
  ]);
  expect(scene.evidence.record).toMatchObject({ transaction: 't3', release: 'C', verified: [{ by: 'grace' }] });
});
