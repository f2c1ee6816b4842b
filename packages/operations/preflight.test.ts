import { describe, expect, test } from '@jest/globals';
import type { Found } from '#plan';
import { foundOn } from '../../test/fakes/found.ts';
import { targetOf } from '../../test/fakes/scene.ts';
import { neededPrograms, preflight } from './preflight.ts';
import type { Needs } from './preflight.ts';

const needs: Needs = { bytes: 10_000_000, files: 100, installer: 'pip', built: false, variables: ['SECRET_KEY'], translations: ['locale/it/LC_MESSAGES/django.po', 'shop/locale/it/LC_MESSAGES/django.po'] }; // prettier-ignore

const target = targetOf({
  services: [{ name: 'web', command: ['gunicorn'], role: 'web', drain: 1, boot: 1, listen: '127.0.0.1:8000' }],
  env: { require: ['SECRET_KEY'] },
});

const all = new Map(neededPrograms(target).map((name) => [name, `/usr/bin/${name}`]));
const without = (...names: string[]): Map<string, string> =>
  new Map([...all, ...names.map((name) => [name, ''] as const)]);
const good = (over: Partial<Found> = {}): Found => foundOn({ programs: all, ...over });
const noPython = { version: '', platform: '', libc: '', pip: '', uv: '' };
const process = { service: 'web', pid: 7, release: 'A', verdict: 'ok' } as const;

const problemsOf = (found: Found, on = target, wanted = needs) => {
  const result = preflight(found, on, wanted);
  return result.ok ? [] : (result.fault.problems ?? []);
};

test('preflight refuses what an undo has no time for, between this release and the one that serves', () => {
  const pace = { schedulers: 300_000, others: 1000, boot: 1000 };
  const on = targetOf({ ...target, services: target.services.map((one) => ({ ...one, drain: 600_000 })) });
  expect(problemsOf(good({ pace }), on)).toEqual([
    expect.objectContaining({ where: 'services', what: expect.stringMatching(/^with the release that serves, an undo could take 16 min 1 s, and has 15 min: /) }),
  ]);
  expect(problemsOf(good({ pace: { ...pace, schedulers: 200_000 } }), on)).toEqual([]);
}); // prettier-ignore

describe('preflight lets pass', () => {
  test.each<[string, Found]>([
    ['a host with everything, on which nothing was deployed', good()],
    ['the link of an earlier deploy, below a folder of root', good({ path: 'link /srv/app-landfall/current', parent: { path: '/srv', writable: false } })],
    ['a port that the running service itself has', good({ listening: [22, 8000], processes: [process] })],
    ['a port that the running service has with an older release', good({ listening: [8000], processes: [{ ...process, verdict: 'stale' }] })],
    ['a file system without inodes', good({ free: { bytes: 20e9, inodes: 0 } })],
  ])('%s', (_, found) => {
    expect(preflight(found, target, needs)).toEqual({ ok: true, value: undefined });
  }); // prettier-ignore

  test('a host without supervisor, where there is no service', () => {
    expect(problemsOf(good({ programs: without('supervisord', 'supervisorctl') }), targetOf())).toHaveLength(1);
    expect(problemsOf(good({ programs: without('supervisord', 'supervisorctl') }), targetOf({ services: [] }))).toEqual(
      [],
    );
  });

  test('a host without supervisor, where the services are units', () => {
    const bare = { programs: without('supervisord', 'supervisorctl'), manager: true };
    expect(problemsOf(good({ ...bare, servicesUnder: 'systemd' }))).toEqual([]);
    expect(problemsOf(good(bare), { ...target, manager: 'systemd' })).toEqual([]);
    // the file's word counts
    expect(problemsOf(good({ ...bare, servicesUnder: 'systemd' }), { ...target, manager: 'supervisor' })).toHaveLength(
      1,
    );
  });

  test('a host where root lets the deploy user have units of the system', () => {
    const bare = good({ programs: without('supervisord', 'supervisorctl'), manager: false, systemUnits: true });
    expect(problemsOf(bare, { ...target, manager: 'system' })).toEqual([]);
    expect(problemsOf(good({ ...bare, servicesUnder: 'system' }))).toEqual([]);
  });

  test('settings of units, where there are units', () => {
    const services = target.services.map((service) => ({ ...service, unit: ['Nice=1'] }));
    expect(problemsOf(good({ manager: true }), { ...target, services, manager: 'systemd' })).toEqual([]);
    const [problem, ...more] = problemsOf(good(), { ...target, services, manager: 'supervisor' });
    expect(more).toEqual([]);
    expect([problem?.where, problem?.next]).toEqual([
      'landfall.yml, services.web.unit',
      'set `manager: systemd` or `manager: system`, or take `unit` away',
    ]);
  });

  test('a host with little space, where the environment is there already', () => {
    const little = good({ free: { bytes: 20_000_000, inodes: 500 } });
    expect(problemsOf(little)).toHaveLength(2);
    expect(problemsOf(little, target, { ...needs, built: true })).toEqual([]);
  });

  test('a host without a Python to build with, where nothing is built', () => {
    expect(problemsOf(good({ python: noPython }), target, { ...needs, installer: undefined })).toEqual([]);
    expect(
      problemsOf(good({ free: { bytes: 20_000_000, inodes: 500 } }), target, { ...needs, installer: undefined }),
    ).toEqual([]);
  });
});

/** What is missing → what is said, and the line that mends it. */
const lacks: readonly (readonly [what: string, found: Found, says: RegExp, next: RegExp])[] = [
  ['a directory at path', good({ path: 'directory .git manage.py ' }), /\/srv\/app is a directory .* holds: \.git manage\.py$/, /mv \/srv\/app \/srv\/app\.before/],
  ['an empty directory at path', good({ path: 'directory ' }), /holds: nothing/, /mv/],
  ['a file at path', good({ path: 'file' }), /\/srv\/app is a file/, /mv/],
  ['a link to somewhere else', good({ path: 'link /opt/other app' }), /a link to \/opt\/other app, not to \/srv\/app-landfall\/current/, /mv/],
  ['a file at base', good({ base: 'file' }), /\/srv\/app-landfall.* is a file/, /mv \/srv\/app-landfall /],
  ['the right to make the link', good({ parent: { path: '/srv', writable: false } }), /deploy may not write in \/srv, where the link \/srv\/app/, /^sudo ln -s \/srv\/app-landfall\/current \/srv\/app$/],
  ['the right to make the base', good({ baseNearest: { path: '/srv', writable: false } }), /deploy may not write in \/srv, where \/srv\/app-landfall/, /^sudo install -d -o deploy \/srv\/app-landfall$/],
  ['a program', good({ programs: without('flock') }), /missing programs: flock$/, /^sudo apt-get install -y util-linux$/],
  ['programs of one package and another', good({ programs: without('flock', 'setsid', 'gzip') }), /flock, setsid, gzip/, /install -y util-linux gzip$/],
  ['the compiler of translations', good({ programs: without('msgfmt') }), /msgfmt, .*\(locale\/it\/LC_MESSAGES\/django.po and 1 more\)/, /install -y gettext$/],
  ['supervisor', good({ programs: without('supervisord', 'supervisorctl') }), /supervisord, supervisorctl/, /install -y supervisor$/],
  ['a systemd that lives on', good({ servicesUnder: 'systemd' }), /the systemd of deploy, which shall run the services/, /^sudo loginctl enable-linger deploy$/],
  ['root’s program', good({ servicesUnder: 'system', systemUnits: false }), /^deploy may not have the host's systemd run the services of \/srv\/app-landfall$/, /^run the setup script as root: /],
  ['any systemd, for units of the system', good({ servicesUnder: 'system', systemUnits: false, systemd: false }), /no systemd runs on this host/, /manager: supervisor/],
  ['any systemd', good({ servicesUnder: 'systemd', systemd: false }), /no systemd runs on this host/, /manager: supervisor/],
  ['Python', good({ python: noPython }), /missing program: python3$/, /install -y python3 python3-venv$/],
  ['venv', good({ python: { ...noPython, version: '3.12.3' } }), /python3 has no venv module/, /install -y python3-venv$/],
  ['space', good({ free: { bytes: 100_000_000, inodes: 1e6 } }), /100 MB free at \/srv, 264 MB needed/, /^df -h \/srv; du/],
  ['inodes', good({ free: { bytes: 20e9, inodes: 1000 } }), /1000 inodes free at \/srv, 8220 needed/, /^df -i \/srv$/],
  ['a free port', good({ listening: [8000] }), /port 8000, which web shall listen on, is taken/, /sport = :8000/],
  ['a free port, its service being down', good({ listening: [8000], processes: [{ ...process, verdict: 'missing' }] }), /port 8000/, /ss -ltnp/],
  ['a free port, another service having it', good({ listening: [8000], processes: [{ ...process, service: 'api' }] }), /port 8000/, /ss -ltnp/],
]; // prettier-ignore

test('uv is asked for where it installs, with a line that needs no root; pip is not', () => {
  const [problem, ...more] = problemsOf(good({ python: { ...noPython, version: '3.12.3' } }), target, {
    ...needs,
    installer: 'uv',
  });
  expect(more).toEqual([]);
  expect(problem?.what).toMatch(/missing program: uv/);
  expect(problem?.next).toMatch(/^as deploy: python3 -m venv .*\/pip install uv && .* `python\.requirements`\)$/);
  const there = good({ python: { ...noPython, version: '3.12.3', uv: 'uv 0.13.9' } });
  expect(problemsOf(there, target, { ...needs, installer: 'uv' })).toEqual([]);
});

describe('preflight names what is missing, with the line that mends it', () => {
  test.each(lacks)('%s', (_, found, says, next) => {
    const problems = problemsOf(found);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ where: 'host deploy@example.org' });
    expect(problems[0]?.what).toMatch(says);
    expect(problems[0]?.next).toMatch(next);
  });

  test('environment variables, all of them', () => {
    const on = targetOf({ env: { require: ['A', 'SECRET_KEY', 'B'] } });
    const [problem, ...more] = problemsOf(good(), on);
    expect(more).toEqual([]);
    expect(problem?.what).toBe('missing or empty environment variables: A, B');
    expect(problem?.next).toContain('/srv/app-landfall/shared/.env');
  });

  test('together, in one fault', () => {
    const everything = good({
      parent: { path: '/srv', writable: false },
      baseNearest: { path: '/srv', writable: false },
      programs: without('tar'),
      python: noPython,
      free: { bytes: 1, inodes: 1 },
      listening: [8000],
    });
    const result = preflight(everything, target, { ...needs, variables: [] });
    expect(result).toMatchObject({ ok: false, fault: { code: 'PREFLIGHT', what: 'the host lacks 8 things' } });
    expect(problemsOf(everything, target, { ...needs, variables: [] })).toHaveLength(8);
  });

  test('with a code of its own where something of somebody else’s is in the way', () => {
    expect(preflight(good({ path: 'file', listening: [8000] }), target, needs)).toMatchObject({
      fault: { code: 'PATH_OCCUPIED', problems: { length: 2 } },
    });
  });
});

test('every program that is asked for has a package, but Python, which is named by the target', () => {
  for (const name of neededPrograms(target)) {
    if (name === 'python3') continue;
    const on = { ...target, services: [{ name: 'web', command: ['x'], role: 'web', drain: 1, boot: 1 } as const] };
    expect(problemsOf(good({ programs: without(name) }), on)[0]?.next).toMatch(/^sudo apt-get install -y [a-z-]+$/);
  }
});
