import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { HandMade, SystemUnit } from '#plan';
import { blocks } from '../../test/docs/markdown.ts';
import { foundOn } from '../../test/fakes/found.ts';
import { targetOf } from '../../test/fakes/scene.ts';
import { mayWriteAbove } from './hand-made.ts';
import { adoptedProblems, programProblems } from './hand-made-programs.ts';
import { nothingMore, preflight } from './preflight.ts';
import { unitReasons } from './unit-reasons.ts';
import { mayNot, sudoFile, sudoLines } from './sudo-lines.ts';

const fit: Readonly<Record<string, string>> = {
  ActiveState: 'active',
  KillMode: 'control-group',
  MainPID: '7',
  NeedDaemonReload: 'no',
  RequiredBy: '',
  TimeoutStopUSec: '30s',
  Transient: 'no',
  TriggeredBy: '',
  Type: 'simple',
};
const unitOf = (over: Readonly<Record<string, string>> = {}, name = 'app-web'): SystemUnit => ({
  name: `${name}.service`,
  is: new Map(Object.entries({ ...fit, ...over })),
});
/** A command as `systemctl show` has it with its flags. */
const ex = (argv: string, flags: string) =>
  `{ path=${argv.split(' ')[0] ?? ''} ; argv[]=${argv} ; flags=${flags} ; start_time=[n/a] ; status=0/0 }`;
const processes = [
  { pid: 7, main: 7, unit: 'app-web.service', command: 'gunicorn: master' },
  { pid: 8, main: 7, unit: 'app-web.service', command: 'gunicorn: worker' },
];
const needs = {
  user: 'deploy',
  path: '/srv/app',
  base: '/srv/app-landfall',
  service: { name: 'app-web', drain: 30_000 },
  units: ['app-web.service', 'app-tasks.service'],
  made: { processes },
};

describe('a unit of the system', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['as most are', {}],
    ['that says when it is ready, or forks', { Type: 'notify' }],
    ['that forks', { Type: 'forking', PIDFile: '/run/app.pid' }],
    ['that another service of the application requires', { RequiredBy: 'app-tasks.service' }],
    ['whose workers end in order', { KillMode: 'mixed' }],
    ['that may write where its data will be', { ProtectSystem: 'strict', ReadWritePaths: '-/srv /var/log' }],
    ['that has root prepare what is not the release', { ExecStartPreEx: ex('/bin/mkdir /run/app', 'privileged') }],
    ['that runs what the release has as its user', { ExecStartPreEx: ex('/srv/app/pre', 'ignore-failure') }],
    ['that protects the system, but not all of it', { ProtectSystem: 'full' }],
  ])('%s can be adopted', (_, over) => {
    expect(unitReasons(unitOf(over), needs)).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp, RegExp]>([
    ['that ends', { Type: 'oneshot' }, /has no main process/, /Type=simple/],
    ['that nobody can tell the main process of', { Type: 'forking', MainPID: '0' }, /has no main process/, /celery multi/],
    ['that another user begins', { MainPID: '6' }, /main process 6, which does not work in \/srv\/app as deploy/, /User=deploy, WorkingDirectory=\/srv\/app/],
    ['that counts as running after its end', { RemainAfterExit: 'yes' }, /RemainAfterExit/, /leave that out/],
    ['that obeys nobody', { RefuseManualStop: 'yes' }, /obeys no order/, /leave these out/],
    ['that a socket starts', { TriggeredBy: 'app.socket' }, /is started by app\.socket too/, /disable --now app\.socket/],
    ['that another unit keeps up', { UpheldBy: 'app.target' }, /is started by app\.target too/, /app\.target/],
    ['that takes others with it', { BoundBy: 'mail.service', RequiredBy: 'mail.service app-tasks.service' }, /takes mail\.service with it/, /Wants=/],
    ['that leaves processes behind', { KillMode: 'process' }, /KillMode=process/, /KillMode=mixed/],
    ['that stops when it likes', { TimeoutStopUSec: 'infinity' }, /for ever/, /TimeoutStopSec=/],
    ['that stops later than is waited for', { TimeoutStopUSec: '1min 30s' }, /may take 90 s to stop, and app-web has 30 s/, /app-web: \{ drain: 90s \}/],
    ['that stops by a command of its own', { TimeoutStopUSec: '20s', ExecStop: '{ path=/bin/kill }' }, /may take 40 s/, /drain: 40s/],
    ['that is gone when it stops', { Transient: 'yes' }, /is transient/, /\/etc\/systemd\/system/],
    ['that is not as systemd has read it', { NeedDaemonReload: 'yes' }, /was changed since/, /^systemctl daemon-reload$/],
    ['that sees another root', { RootDirectory: '/srv/jail' }, /has RootDirectory=/, /leave that out/],
    ['of a file of the release', { Writable: '/srv/app/app.service' }, /is read from \/srv\/app\/app\.service, .*that deploy may write/, /copy the file to \/etc\/systemd\/system/],
    ['whose program root runs', { ExecStartEx: ex('/usr/bin/env', 'privileged') }, /\(ExecStart= with \+ or !\)/, /^systemctl edit --full app-web\.service/],
    ['whose program root begins', { ExecStartEx: ex('/usr/bin/env', 'ignore-failure no-setuid') }, /ExecStart=/, /take \+ or !/],
    ['that has root run the release', { ExecStartPreEx: `${ex('/bin/true', '')}\n${ex('/bin/sh /srv/app/pre', 'privileged')}\n${ex('/bin/true', '')}` }, /ExecStartPre=/, /ExecStartPre=/],
    ['that may not write where its data will be', { ProtectSystem: 'strict', ReadWritePaths: '/srv/app' }, /not \/srv\/app-landfall/, /^systemctl edit app-web\.service: ReadWritePaths=-\/srv\/app-landfall$/],
  ])('%s cannot, and it is said what to do', (_, over, says, next) => {
    const reasons = unitReasons(unitOf(over), needs);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]?.what).toMatch(/^app-web\.service /);
    expect(reasons[0]?.what).toMatch(says);
    expect(reasons[0]?.next).toMatch(next);
  }); // prettier-ignore
});

describe('what sudo must allow', () => {
  const stop = '/usr/bin/systemctl stop app-web.service';

  test('is lines without a pattern, in which nothing can be misread', () => {
    expect(sudoLines('deploy', ['/usr/bin/supervisorctl -c /etc/a,b.conf stop site:web'])).toEqual([
      'deploy ALL=(root) NOPASSWD: /usr/bin/supervisorctl -c /etc/a\\,b.conf stop site\\:web',
    ]);
    expect(sudoLines('deploy', ['/bin/a *?[!b]'])).toEqual(['deploy ALL=(root) NOPASSWD: /bin/a \\*\\?\\[\\!b\\]']);
  });

  test.each([
    '/usr/bin/supervisorctl -c /etc/s.conf stop *:web',
    '/usr/bin/supervisorctl -c /etc/s.conf stop all site:web',
    '/usr/bin/supervisorctl -c /etc/s.conf stop all',
    '/usr/bin/supervisorctl -c /etc/s.conf stop -web',
    '/usr/bin/supervisorctl -c /etc/*.conf status',
    '/usr/bin/supervisorctl -c /etc/s.conf status\nALL',
    '/usr/bin/systemctl stop a*.service',
  ])('is not printed for %j', (odd) => {
    const { what, next } = mayNot('deploy', '/srv/app', { barred: [stop, odd], sudo: true });
    expect(what).toContain(JSON.stringify(odd));
    expect(next).not.toContain('NOPASSWD');
  });

  test('is printed for programs of a group, and of a name that begins like another word', () => {
    const fine = ['site:web', 'allow', 'web-1.a'].map((name) => `/usr/bin/supervisorctl -c /etc/s.conf stop ${name}`);
    expect(mayNot('deploy', '/srv/app', { barred: fine, sudo: true }).next.split('\n').slice(1)).toEqual(
      sudoLines('deploy', fine),
    );
  });

  test('is what the guide shows, and so is the line that lets it be renamed', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/adopting.md'), 'utf8');
    const shown = blocks(guide, 'text').map((body) => body.trimEnd().split('\n'));
    const unit = ['stop', 'reset-failed', '--no-block start'].map((words) => `/usr/bin/systemctl ${words} web.service`);
    const program = ['status', 'stop web', 'start web'].map(
      (words) => `/usr/bin/supervisorctl -c /etc/supervisor/supervisord.conf ${words}`,
    );
    expect(shown).toEqual([sudoLines('deploy', unit), sudoLines('deploy', program)]);
    expect(blocks(guide, 'sh')).toContain(`${mayWriteAbove('deploy', '/srv/app')}\n`);
  });

  test('lies in a file that sudo reads: it passes over names with a dot', () => {
    expect(sudoFile('/srv/app.example.org')).toBe('/etc/sudoers.d/landfall-app-example-org');
  });

  test('is taken away by who leaves', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/leaving.md'), 'utf8');
    expect(blocks(guide, 'sh').at(-1)).toBe(`rm -f ${sudoFile('/srv/app')}\n`);
  });

  const made = (over: Partial<HandMade>): HandMade => ({
    ...{ commit: undefined, gitError: '', dirty: [], left: [], env: undefined, venvs: [], owners: undefined },
    ...{ apart: undefined, mounts: [], taken: [], supervisors: [], application: undefined },
    processes,
    programs: [{ keeper: 'units', conf: '', program: 'app-web', state: 'active', pid: 7 }],
    units: [unitOf()],
    unseen: [],
    barred: [],
    sudo: true,
    ...over,
  });
  const target = targetOf({
    services: [{ name: 'app-web', command: ['gunicorn'], role: 'web', drain: 30_000, boot: 1 }],
  });
  test('is asked of root for services, and for nothing else that runs there', () => {
    expect(programProblems('deploy', target, made({}))).toEqual([]);
    const barred = [stop, '/usr/bin/systemctl stop cron.service'];
    const [problem, ...more] = programProblems('deploy', target, made({ barred }));
    expect(more).toEqual([]);
    expect(problem?.next?.split('\n')).toEqual([
      'as root: visudo -f /etc/sudoers.d/landfall-app, and add these lines:',
      `deploy ALL=(root) NOPASSWD: ${stop}`,
    ]);
  });

  test('needs a sudo', () => {
    const [problem] = programProblems('deploy', target, made({ barred: [stop], sudo: false }));
    expect(problem?.next).toMatch(/^as root: apt-get install -y sudo, then visudo/);
  });

  test('a unit without a main process is told once', () => {
    const unit = unitOf({ MainPID: '0' });
    const kept = [{ keeper: 'units', conf: '', program: 'app-web', state: 'active', pid: 0 }] as const;
    const said = programProblems('deploy', target, made({ units: [unit], programs: kept }));
    expect(said.map(({ what }) => what)).toEqual([expect.stringContaining('has no main process')]);
  });

  test('is asked for later deploys too, with a unit that may take longer to stop now, and one that nobody has written', () => {
    const units = [unitOf({ TimeoutStopUSec: '1min 30s' }), unitOf({ TimeoutStopUSec: 'infinity' }, 'app-old')];
    const theirs = { keeper: 'units', conf: '', units, absent: ['mail'], barred: [stop], sudo: true } as const;
    const at = (over: object) => adoptedProblems(foundOn({ theirs: { ...theirs, ...over } }), target);
    expect(at({}).map(({ what, next }) => `${what}: ${next?.split('\n')[0] ?? ''}`)).toEqual([
      "mail is no program of the system's systemd: add it there, and let it be read: systemctl daemon-reload",
      'deploy may not stop and start what runs from /srv/app by sudo, without a password, as an undo must: as root: visudo -f /etc/sudoers.d/landfall-app, and add these lines:',
      'app-web.service may take 90 s to stop, and app-web has 30 s: services: { app-web: { drain: 90s } }, or a lower TimeoutStopSec in the unit',
    ]);
    expect(at({ units: [unitOf()], absent: [], barred: [] })).toEqual([]);
    expect(at({ units: [unitOf({ Writable: '/srv/app' })], absent: [], barred: [] })).toHaveLength(1);
    expect(adoptedProblems(foundOn(), target)).toEqual([]);
    const told = preflight(foundOn({ servicesUnder: 'adopted', theirs }), target, nothingMore(target));
    expect(told.ok ? [] : told.fault.problems).toEqual(at({}));
  });

  test('services of two keepers are refused', () => {
    const two = targetOf({
      services: [...target.services, { name: 'tasks', command: ['celery'], role: 'worker', drain: 1, boot: 1 }],
    });
    const tasks = {
      keeper: 'root',
      conf: '/etc/supervisord.conf',
      program: 'tasks',
      state: 'RUNNING',
      pid: 9,
    } as const;
    const said = programProblems(
      'deploy',
      two,
      made({
        programs: [...made({}).programs, tasks],
        processes: [...processes, { pid: 9, main: 9, unit: 'supervisor.service', command: 'celery' }],
        supervisors: [{ user: 'root', conf: '/etc/supervisord.conf' }],
      }),
    );
    expect(said.map(({ what }) => what)).toEqual([
      "its services are kept running by the system's systemd and root's supervisord (/etc/supervisord.conf)",
    ]);
  });
});
