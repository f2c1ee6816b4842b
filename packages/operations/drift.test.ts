import { expect, test } from '@jest/globals';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { refuseDrift } from './drift.ts';

const found = { current: 'A', drifted: ['app/urls.py', 'app/views.py'] };

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
  refuseDrift(scene, { current: 'A', drifted: [] }, false);
  expect(scene.evidence.notes).toEqual([]);
});
