import { describe, expect, test } from '@jest/globals';
import { foundOn } from '../../test/fakes/found.ts';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { fold } from '#journal';
import type { Found, Manager, Plan } from '#plan';
import { planSwitch } from './plan.ts';
import { fileNotes } from './service-files.ts';
import type { Survey } from './survey.ts';

const surveyOf = (manager: boolean): Survey => ({
  found: foundOn({ manager }),
  history: fold({ events: [], damaged: 0 }),
  standing: 'none',
  answer: 'open',
});

const notes = (manager: boolean): readonly string[] => {
  const scene = sceneOn(fakeHost({}));
  const release = { id: '3f9c2ab-71de', hash: 'h', commit: 'c', services: scene.target.services, hooks: {} };
  return planSwitch(scene, surveyOf(manager), release).notes.map(({ text }) => text);
};

describe('the plan says that the services move to another manager', () => {
  const planOn = (manager: Manager | undefined, over: Partial<Found>): Plan => {
    const scene = sceneOn(fakeHost({}), { target: targetOf(manager === undefined ? {} : { manager }) });
    const release = { id: '3f9c2ab-71de', hash: 'h', commit: 'c', services: scene.target.services, hooks: {} };
    const survey = { ...surveyOf(true), found: foundOn({ manager: true, ...over }) };
    return planSwitch(scene, survey, release);
  };
  const notesOn = (...of: Parameters<typeof planOn>): readonly string[] => planOn(...of).notes.map(({ text }) => text);
  const live = { phase: 'confirmed', number: 1, release: 'A', servicesUnder: 'supervisor' } as const;

  test('where it does', () => {
    expect(notesOn('systemd', live)[0]).toMatch(/^the services move from supervisor to systemd, /);
  });

  test('which is a change, though the release is live', () => {
    const release = '3f9c2ab-71de';
    const processes = [{ service: 'web', pid: 7, release, verdict: 'ok' }] as const;
    expect(planOn(undefined, { ...live, release, current: release, processes }).path).toBe('unchanged');
    expect(planOn('systemd', { ...live, release, current: release, processes }).path).toBe('online');
  });

  test.each([
    ['the key is not given', undefined, live],
    ['it runs them already', 'supervisor', live],
    ['nothing serves', 'systemd', {}],
  ] as const)('not where %s', (_, manager, over) => {
    expect(notesOn(manager, over)).toHaveLength(1);
  });
});

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

test('the plan shows hooks where they run, and that of the host', () => {
  const scene = sceneOn(fakeHost({}));
  const hook = { command: ['python', 'manage.py', 'warm'], timeout: 30_000 };
  const hooks = { 'before-switch': hook, 'after-switch': hook, 'before-undo': { ...hook, command: ['sh', 'back.sh'] } };
  const release = { id: '3f9c2ab-71de', hash: 'h', commit: 'c', services: scene.target.services, hooks };
  const { waves, notes: told } = planSwitch(scene, surveyOf(true), release);
  expect(waves.flat().map(({ id }) => id)).toEqual([
    'migrate',
    'before-switch',
    'switch',
    'after-switch',
    'processes',
    'confirm',
  ]);
  expect(waves.flat()[1]).toMatchObject({
    says: 'hook before-switch: python manage.py warm',
    exclusive: true,
    interrupt: 'finish',
  });
  expect(told.map(({ text }) => text)).toContain('before an undo of this release the host runs: sh back.sh');
});

test('the plan says what was taken from the files of services, and what is left', () => {
  const serviceFiles = [
    {
      service: 'web',
      file: 'a.conf',
      says: ['gunicorn x', 'drain 20 s'],
      limits: ['Nice=3', 'MemoryMax=1M'],
      settled: ['user', 'autostart'],
      instead: ['boot', 'unit.CPUWeight'],
      left: ['old'],
    },
    { service: 'beat', file: 'a.conf', says: ['celery beat'], limits: [], settled: [], instead: [], left: [] },
  ];
  const own = 'landfall.yml says boot, unit.CPUWeight in place of a.conf; Landfall itself settles user, autostart';
  const old = 'a.conf describes the program old, which is none of the services: nothing runs it';
  const beat = 'beat is as a.conf says: celery beat';
  const told = (...on: Parameters<typeof fileNotes>) => fileNotes(...on).map(({ text }) => text);
  expect(told({ serviceFiles }, 'system')).toEqual([
    `web is as a.conf says: gunicorn x, drain 20 s, Nice=3, MemoryMax=1M; ${own}`,
    old,
    beat,
  ]);
  expect(told({ serviceFiles }, 'supervisor')).toEqual([
    `web is as a.conf says: gunicorn x, drain 20 s; ${own}`,
    old,
    'Nice, MemoryMax of a.conf hold nowhere here: services, as web, are programs of a supervisord, which has no units',
    beat,
  ]);
  expect(told({ serviceFiles }, 'units')).toEqual([
    'a.conf tells what web is for; how it runs its unit says',
    expect.stringMatching(/^Nice, MemoryMax of a\.conf hold nowhere here: .*root's own units/),
    'a.conf tells what beat is for; how it runs its unit says',
  ]);
  expect(told({ serviceFiles: serviceFiles.slice(1) }, 'adopted')).toEqual([
    'a.conf tells what beat is for; how it runs its own unit or program says',
  ]);
});
