import { describe, expect, test } from '@jest/globals';
import { ok } from '#fault';
import type { FaultCode } from '#fault';
import { claimOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import { chronicle } from '../../test/fakes/journal.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { liveOf, survey, undoLine } from './survey.ts';

const switched = foundOn({ number: 5, kind: 'deploy', phase: 'switched', release: 'B', previous: 'A', claim: claimOf({ run: 'run-9', actor: 'bob', url: 'https://example.org/9' }) }); // prettier-ignore
const held = { ...switched, phase: 'held' } as const;
const settled = { phase: 'none', number: 0, release: '', untouched: true };

describe('an action begins', () => {
  test('with what was left half-way, then it reads and judges', async () => {
    const on = fakeHost({ recover: () => ok(settled), look: () => ok(foundOn()) });
    const scene = sceneOn(on);
    expect(await survey(scene, 'deploy')).toMatchObject({ standing: 'none', answer: 'open', history: { line: [] } });
    expect(on.ran()).toEqual(['recover', 'look']);
    expect(scene.timeline.timed().map(({ id, note }) => [id, note])).toEqual([
      ['recover', 'nothing was ever deployed'],
      ['look', undefined],
    ]);
  });

  test.each([
    ['something was finished', { ...settled, untouched: false }],
    ['it moved on meanwhile', { ...settled, number: 1, phase: 'confirmed' }],
  ])('what was read while %s does not count: it is read again', async (_, recovered) => {
    const read = [foundOn(), foundOn({ number: 7, phase: 'confirmed', release: 'B' })];
    const on = fakeHost({ recover: () => ok(recovered), look: () => ok(read.shift() ?? foundOn()) });
    expect((await survey(sceneOn(on), 'deploy')).found).toMatchObject({ number: 7 });
    expect(on.ran()).toEqual(['recover', 'look', 'look']);
  });

  test('dry: only reads', async () => {
    const on = fakeHost({ look: () => ok(foundOn()) });
    await survey(sceneOn(on), 'deploy', { dry: true });
    expect(on.ran()).toEqual(['look']);
  });

  test('where an undo fails: it is read, judged, and refused as held', async () => {
    const on = fakeHost({ recover: () => fault('UNDO_FAILED'), look: () => ok(held) });
    await expect(survey(sceneOn(on), 'deploy')).rejects.toMatchObject({ fault: { code: 'TX_HELD' } });
    expect((await survey(sceneOn(on), 'abort')).answer).toBe('undo');
  });

  test.each<FaultCode>(['SSH_LOST', 'STATE_UNREADABLE', 'TX_BUSY', 'CANCELLED'])(
    'where the host cannot recover (%s): with that, whatever was read beside it',
    async (code) => {
      const on = fakeHost({ recover: () => fault(code), look: () => ok(foundOn()) });
      await expect(survey(sceneOn(on), 'deploy')).rejects.toMatchObject({ fault: { code } });
      expect(on.ran()).toEqual(['recover', 'look']);
    },
  );

  test('where nothing can be written and nothing ever was: it is read, for preflight to tell; else with that', async () => {
    const recover = () => fault('PREFLIGHT');
    expect(await survey(sceneOn(fakeHost({ recover, look: () => ok(foundOn()) })), 'deploy')).toMatchObject({
      standing: 'none',
    });
    await expect(survey(sceneOn(fakeHost({ recover, look: () => ok(switched) })), 'deploy')).rejects.toMatchObject({
      fault: { code: 'PREFLIGHT' },
    });
  });

  test('with a warning where another run is at work, and it only looks', async () => {
    const scene = sceneOn(fakeHost({ recover: () => ok(settled), look: () => ok(switched) }));
    expect((await survey(scene, 'smoke')).answer).toBe('warn-test');
    expect(scene.evidence.notes).toEqual([
      { kind: 'warning', text: 't5 is switched: bob is at work (https://example.org/9)' },
    ]);
  });

  test('with a warning where the journal is damaged; a cut first line is none', async () => {
    const journal = chronicle();
    journal.deploy('A');
    for (const [lines, warnings] of [['cut\n', 0], ['cut\n{"torn\n', 1]] as const) {
      const found = foundOn({ journal: lines + journal.text() });
      const scene = sceneOn(fakeHost({ look: () => ok(found) }));
      await survey(scene, 'deploy', { dry: true });
      expect(scene.evidence.notes).toHaveLength(warnings);
    }
  }); // prettier-ignore
});

test('what is live is what was confirmed last', () => {
  expect(liveOf({ ...switched, phase: 'confirmed' })).toBe('B');
  for (const phase of ['open', 'switching', 'switched', 'undoing', 'undone', 'held'] as const)
    expect(liveOf({ ...switched, phase })).toBe('A');
  expect(liveOf(foundOn())).toBe('');
});

test('the line to paste names the port where it is not 22', () => {
  expect(undoLine({ target: targetOf() }, 42)).toBe('ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t42');
  const host = { name: 'a@b:2222', user: 'a', address: 'b', port: 2222 };
  expect(undoLine({ target: targetOf({ host }) }, 42)).toBe('ssh -p 2222 a@b sh /srv/app-landfall/.landfall/undo t42');
  const via = [
    { name: 'c@::1', user: 'c', address: '::1', port: 22, pins: '' },
    { name: 'd@e', user: 'd', address: 'e', port: 2222, pins: '' },
  ];
  expect(undoLine({ target: targetOf({ host, via }) }, 42)).toBe(
    'ssh -J c@[::1],d@e:2222 -p 2222 a@b sh /srv/app-landfall/.landfall/undo t42',
  );
});
