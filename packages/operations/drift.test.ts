import { expect, test } from '@jest/globals';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { refuseDrift } from './drift.ts';

const confirmed = { phase: 'confirmed', release: 'A', previous: 'B' } as const;
const found = { ...confirmed, current: 'A', drifted: ['app/urls.py', 'app/views.py'], edited: [] };

test('a release that was changed on the host is not replaced without a word', () => {
  const scene = sceneOn(fakeHost({}));
  expect(() => {
    refuseDrift(scene, found, false);
  }).toThrow('in A, which serves, these files were changed on the host: app/urls.py, app/views.py');
  expect(scene.evidence.notes).toEqual([]);
});

test('where that is allowed, a warning says what stays behind', () => {
  const scene = sceneOn(fakeHost({}));
  refuseDrift(scene, found, true);
  expect(scene.evidence.notes).toMatchObject([{ kind: 'warning', text: expect.stringContaining('releases/A only') }]);
});

test('a release that is as it was deployed needs no word', () => {
  const scene = sceneOn(fakeHost({}));
  refuseDrift(scene, { ...confirmed, current: 'A', drifted: [], edited: [] }, false);
  expect(scene.evidence.notes).toEqual([]);
});

test('a unit that was edited is drift as well, and the words say of each what becomes of it', () => {
  const scene = sceneOn(fakeHost({}));
  const unit = '/etc/systemd/system/landfall-1-web.service.d/override.conf';
  const edited = { ...confirmed, current: 'A', drifted: [], edited: [unit] };
  expect(() => {
    refuseDrift(scene, edited, false);
  }).toThrow(`these, by which its services run, were changed on the host: ${unit}`);
  refuseDrift(scene, edited, true);
  expect(scene.evidence.notes).toMatchObject([
    { kind: 'warning', text: expect.stringContaining('are written anew, and what was added beside them stays') },
  ]);
});

test('a link that was led elsewhere by hand is drift, unless a transaction is at work on it', () => {
  const scene = sceneOn(fakeHost({}));
  const moved = { ...confirmed, current: 'B', drifted: [], edited: [] };
  expect(() => {
    refuseDrift(scene, moved, false);
  }).toThrow('current was led to B by hand, and A is what was confirmed');
  refuseDrift(scene, { ...moved, phase: 'undone' }, false);
  refuseDrift(scene, { ...moved, phase: 'switching' }, false);
  // what was adopted was given back
  refuseDrift(scene, { ...moved, phase: 'undone', release: 'A', previous: 'adopted-1', current: '' }, false);
  expect(scene.evidence.notes).toEqual([]);
  refuseDrift(scene, moved, true);
  expect(scene.evidence.notes).toHaveLength(1);
});
