import { describe, expect, test } from '@jest/globals';
import { foundOn } from '../../test/fakes/found.ts';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn } from '../../test/fakes/scene.ts';
import { fold } from '#journal';
import { planSwitch } from './plan.ts';
import type { Survey } from './survey.ts';

const surveyOf = (manager: boolean): Survey => ({
  found: foundOn({ manager }),
  history: fold({ events: [], damaged: 0 }),
  standing: 'none',
  answer: 'open',
});

const notes = (manager: boolean): readonly string[] => {
  const scene = sceneOn(fakeHost({}));
  const release = { id: '3f9c2ab-71de', hash: 'h', commit: 'c', services: scene.target.services };
  return planSwitch(scene, surveyOf(manager), release).notes.map(({ text }) => text);
};

describe('the plan says what survives a reboot', () => {
  test('where the user’s systemd lingers, the host recovers by itself', () => {
    expect(notes(true)).toEqual([
      "the watchdog is a unit of deploy's systemd; after a reboot or a power cut the host recovers by itself: what was confirmed serves, what was not is undone",
    ]);
  });

  test('elsewhere the next action does it, and what would change that', () => {
    const [note = '', ...more] = notes(false);
    expect(more).toEqual([]);
    expect(note).toMatch(/^the watchdog is a plain process .* the next action undoes what is unconfirmed/);
    expect(note).toContain('`loginctl enable-linger deploy`');
  });
});
