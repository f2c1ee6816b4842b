import { describe, expect, test } from '@jest/globals';
import { ok } from '#fault';
import { fold } from '#journal';
import type { Found, HandMade } from '#plan';
import { foundOn } from '../../test/fakes/found.ts';
import { fakeHost } from '../../test/fakes/host.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { withHandMade } from './adoption.ts';
import { adoptionProblems, describeHandMade } from './hand-made.ts';
import { nothingMore, preflight } from './preflight.ts';

const service = {
  name: 'web',
  command: ['gunicorn'],
  role: 'web',
  drain: 1,
  boot: 1,
  listen: '127.0.0.1:8000',
} as const;
const target = targetOf({ services: [service], python: { venv: 'venv', version: 'python3' }, adopt: true });
const web = { keeper: 'supervisor', conf: '/home/deploy/supervisord.conf', program: 'web', state: 'RUNNING', pid: 7 } as const; // prettier-ignore

const madeOf = (over: Partial<HandMade> = {}): HandMade => ({
  commit: '8d01e77'.padEnd(40, '0'),
  gitError: '',
  dirty: [],
  left: ['.env', 'media/', 'venv/'],
  env: { hash: 'ab', names: ['SECRET_KEY'] },
  venvs: ['venv'],
  owners: undefined,
  apart: undefined,
  mounts: [],
  taken: [],
  processes: [
    { pid: 7, main: 7, unit: undefined, command: 'gunicorn: master' },
    { pid: 8, main: 7, unit: undefined, command: 'gunicorn: worker' },
  ],
  supervisors: [{ user: 'deploy', conf: web.conf }],
  programs: [web],
  units: [],
  unseen: [],
  barred: [],
  sudo: true,
  application: undefined,
  ...over,
});
const found = (over: Partial<Found> = {}): Found => foundOn({ path: 'directory .git ', ...over });

test('an installation that can be adopted, of whatever group its program is', () => {
  expect(adoptionProblems(found(), target, madeOf())).toEqual([]);
  expect(adoptionProblems(found(), target, madeOf({ programs: [{ ...web, program: 'site:web' }] }))).toEqual([]);
});

const celery = { pid: 9, main: 9, unit: undefined, command: 'celery' };

describe('what speaks against it is named, with what to do', () => {
  test.each<[string, HandMade, RegExp, RegExp]>([
    ['no git', madeOf({ commit: undefined, gitError: 'fatal: not a git repository' }), /is no git checkout of its own: fatal: not a git/, /make it the checkout/],
    ['files that are not as committed', madeOf({ dirty: [' M app/views.py', '?? notes.txt'] }), /not as committed: M app\/views\.py, \?\? notes\.txt$/, /git -C \/srv\/app status$/],
    ['the right to rename it', madeOf({ owners: { path: 'root', parent: 'root' } }), /deploy may not rename \/srv\/app \(of root, in a directory of root\)/, /only where the directory is deploy's/],
    ['the right to rename it in a directory of root’s', madeOf({ owners: { path: 'deploy', parent: 'root' } }), /may not rename/, /^as root, .*: chgrp "\$\(id -gn deploy\)" \/srv && chmod g\+w,\+t \/srv && echo "q \/srv 1775 root \$\(id -gn deploy\)" >\/etc\/tmpfiles\.d\/00-landfall\.conf$/],
    ['another file system', madeOf({ apart: '/mnt' }), /\/srv\/app and \/mnt are on different file systems/, /set base/],
    ['a mount point', madeOf({ mounts: ['/srv/app/media'] }), /\/srv\/app\/media is a mount point/, /mount it elsewhere/],
    ['a name of Landfall’s', madeOf({ taken: ['RELEASE.json'] }), /\/srv\/app\/RELEASE\.json has the name/, /^move it away: mv /],
    ['another name of the environment', madeOf({ venvs: ['env'] }), /has no Python environment venv, but env$/, /python: \{ venv: env \}/],
    ['no environment', madeOf({ venvs: [] }), /has no Python environment venv$/, /make one there/],
    ['a supervisord that cannot be asked', madeOf({ supervisors: [{ user: 'deploy', conf: web.conf }, { user: 'root', conf: '/etc/supervisord.conf' }] }), /minded by a supervisord of root \(\/etc\/supervisord\.conf\)/, /supervisorctl -c \/etc\/supervisord\.conf status$/],
    ['a program that is no service', madeOf({ processes: [...madeOf().processes, celery], programs: [web, { ...web, program: 'tasks', pid: 9 }] }), /^process 9 \(celery\) works in \/srv\/app, and belongs to supervisor's tasks/, /add it to services: \{ tasks: …/],
['a unit of a user’s own', madeOf({ processes: [...madeOf().processes, { ...celery, main: 0, unit: 'user:tasks.service' }] }), /belongs to the user's own tasks\.service/, /user's own systemd are not adopted/],
    ['what cron has begun', madeOf({ processes: [...madeOf().processes, { ...celery, main: 3, unit: 'cron.service' }], programs: [web, { keeper: 'units', conf: '', program: 'cron', state: 'active', pid: 3 }] }), /belongs to cron\.service/, /^end it: kill 9$/],
    ["a person's shell", madeOf({ processes: [...madeOf().processes, { ...celery, main: 0, command: 'bash' }] }), /^process 9 \(bash\) .* no program/, /^end it: kill 9$/],
  ])('%s', (_, made, says, next) => {
    const problems = adoptionProblems(found(), target, made);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toMatch(says);
    expect(problems[0]?.next).toMatch(next);
  }); // prettier-ignore

  test('a service that nothing runs, with the names that there are', () => {
    const other = { ...target, services: [service, { ...service, name: 'socket' }] };
    const [problem, ...more] = adoptionProblems(found(), other, madeOf());
    expect(more).toEqual([]);
    expect(problem?.what).toBe('no program socket of a supervisord, and no unit socket.service, runs from /srv/app');
    expect(problem?.next).toContain('as their programs or units are named: web');
  });

  test('a unit with another group, of which nothing can be seen', () => {
    const unseen = [{ unit: 'web.service', group: 'www-data' }, { unit: 'mail.service', group: 'mail' }]; // prettier-ignore
    const [problem, ...more] = adoptionProblems(
      found(),
      target,
      madeOf({ processes: [], programs: [], supervisors: [], unseen }),
    );
    expect(more).toEqual([]);
    expect(problem?.what).toMatch(
      /^web\.service runs with the group www-data: where its processes work, deploy is not/,
    );
    expect(problem?.next).toMatch(/^systemctl edit web\.service: Group=/);
    expect(adoptionProblems(found(), target, madeOf({ unseen }))).toEqual([]);
  });

  test('a program that has stopped runs no service, whatever else works there', () => {
    const shell = { pid: 9, main: 0, unit: undefined, command: 'bash' };
    const said = adoptionProblems(found(), target, madeOf({ programs: [{ ...web, pid: 0 }], processes: [shell] }));
    expect(said.map(({ what }) => what)).toEqual([
      expect.stringContaining('no program web'),
      expect.stringContaining('process 9 (bash)'),
    ]);
  });

  test('a target that has releases: what is at path is no first installation', () => {
    const [problem] = adoptionProblems(found({ phase: 'confirmed', release: 'A' }), target, madeOf());
    expect(problem?.what).toContain('A was deployed to /srv/app-landfall before');
  });
});

describe('preflight', () => {
  const at = (adopt: boolean) => {
    const { adopt: _, ...rest } = target;
    const made = madeOf({ dirty: [' M app.py'] });
    const full = found({ free: { bytes: 1000, inodes: 1000 } });
    const result = preflight(full, adopt ? target : rest, nothingMore(target), made);
    return result.ok ? undefined : result.fault;
  };

  test('names adopt, and what was found, where it is not set', () => {
    expect(at(false)?.code).toBe('PATH_OCCUPIED');
    const [problem] = at(false)?.problems ?? [];
    expect(problem?.what).toContain(
      "(a git checkout of 8d01e77, with 1 changed or unknown file; Python in venv; .env; ignored by git: .env, media/, venv/; 2 processes run from it (supervisor's web))",
    );
    expect(problem?.next).toContain('`adopt: true`');
  });

  test('tells all that speaks against it together with what else the host lacks', () => {
    expect(at(true)?.code).toBe('PATH_OCCUPIED');
    expect(at(true)?.problems?.map(({ what }) => what)).toEqual(
      expect.arrayContaining([expect.stringContaining('app.py'), expect.stringContaining('free at /srv')]),
    );
  });

  test('refuses to move programs that were adopted to a manager of Landfall’s', () => {
    const moved = preflight(foundOn({ path: 'link /srv/app-landfall/current', servicesUnder: 'adopted' }), { ...target, manager: 'supervisor' }, nothingMore(target)); // prettier-ignore
    expect(moved.ok ? [] : moved.fault.problems?.map(({ next }) => next)).toContain('leave manager out');
  });
});

test('what is no checkout, and what nothing runs from, is described so', () => {
  expect(
    describeHandMade(madeOf({ commit: undefined, venvs: [], env: undefined, left: [], processes: [], programs: [] })),
  ).toBe('no git checkout; no process that this user can see runs from it');
});

test('what was adopted is asked for by later deploys, of every service', async () => {
  const theirs = { keeper: 'units', conf: '', units: [], absent: ['web'], barred: [], sudo: true } as const;
  const host = fakeHost({ 'their-programs': () => ok(theirs) });
  const survey = {
    found: foundOn({ path: 'link /srv/app-landfall/current', servicesUnder: 'adopted' }),
    history: fold({ events: [], damaged: 0 }),
    standing: 'none',
    answer: 'open',
  } as const;
  const { found: asked } = await withHandMade(sceneOn(host, { target }), survey);
  expect(asked.theirs).toEqual(theirs);
  expect(host.inputs('their-programs')).toEqual([{ base: target.base, services: ['web'] }]);
});

test('what is to be adopted counts as what serves: its processes, and how long its services may take', async () => {
  const scene = sceneOn(fakeHost({ 'hand-made': () => ok(madeOf()) }), { target });
  const survey = {
    found: found(),
    history: fold({ events: [], damaged: 0 }),
    standing: 'none',
    answer: 'open',
  } as const;
  expect((await withHandMade(scene, survey)).found).toMatchObject({
    previous: 'adopted-8d01e77',
    processes: [{ service: 'web', pid: 7, release: 'adopted-8d01e77', verdict: 'ok' }],
    pace: { schedulers: 0, others: 1, boot: 1 },
  });
});
