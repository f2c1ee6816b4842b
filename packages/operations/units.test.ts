import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Found, FoundUnits, SystemUnit } from '#plan';
import { blocks } from '../../test/docs/markdown.ts';
import { foundOn } from '../../test/fakes/found.ts';
import { targetOf } from '../../test/fakes/scene.ts';
import { managerUnfit } from './manager-unfit.ts';
import { neededPrograms, nothingMore, preflight } from './preflight.ts';
import { sudoLines } from './sudo-lines.ts';
import { formerUnits, unitsUnfit } from './units.ts';

/** As `systemctl show` has it of a unit that has never run. */
const fit: Readonly<Record<string, string>> = {
  ActiveState: 'inactive',
  ExecStart: '{ path=/srv/app/.venv/bin/gunicorn ; argv[]=/srv/app/.venv/bin/gunicorn config.wsgi ; ignore_errors=no }',
  Id: 'web.service',
  KillMode: 'mixed',
  LoadState: 'loaded',
  MainPID: '0',
  NeedDaemonReload: 'no',
  TimeoutStopUSec: '30s',
  Type: 'exec',
  User: 'deploy',
  WantedBy: 'multi-user.target',
  WorkingDirectory: '/srv/app',
};
const unitOf = (over: Readonly<Record<string, string>> = {}, name = 'web'): SystemUnit => ({
  name: `${name}.service`,
  is: new Map(Object.entries({ ...fit, Id: `${name}.service`, ...over })),
});
const target = targetOf({ manager: 'units' });
const found = (units: Partial<FoundUnits> = {}, over: Partial<Found> = {}): Found =>
  foundOn({ manager: true, units: { units: [unitOf()], barred: [], sudo: true, ...units }, ...over });
const gunicorn = (path: string) => ({ ExecStart: `{ path=${path} ; argv[]=gunicorn ; ignore_errors=no }` });

describe('a unit that root has written', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['and that has never run', {}],
    ['and that failed when there was nothing at path yet', { ActiveState: 'failed' }],
    ['that works in a folder of the application', { WorkingDirectory: '/srv/app/src' }],
    ['that names the link of the base', { WorkingDirectory: '/srv/app-landfall/current' }],
    ['that may start without its folder', { WorkingDirectory: '!/srv/app' }],
    ['that begins by a program of the system', gunicorn('/usr/bin/env')],
    ['that forks', { Type: 'forking' }],
  ])('%s runs a service', (_, over) => {
    expect(unitsUnfit(found({ units: [unitOf(over)] }), target)).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp, RegExp]>([
    ['that is none', { LoadState: 'not-found' }, /the system has no unit web\.service/, /write \/etc\/systemd\/system\/web\.service/],
    ['that is masked', { LoadState: 'masked' }, /cannot be started: it is masked/, /systemctl status web\.service/],
    ['that has another name', { Id: 'site.service' }, /is another name of site\.service/, /^name the service site$/],
    ['of root', { User: '' }, /runs as root/, /^systemctl edit web\.service: User=deploy$/],
    ['of somebody else', { User: 'www-data' }, /runs as www-data/, /User=deploy/],
    ['of nobody', { DynamicUser: 'yes' }, /a user of its own/, /User=deploy/],
    ['that works elsewhere', { WorkingDirectory: '/srv/app-old' }, /works in \/srv\/app-old, which does not lead through \/srv\/app/, /WorkingDirectory=\/srv\/app$/],
    ['that works nowhere', { WorkingDirectory: '' }, /works in \/, /, /WorkingDirectory=\/srv\/app$/],
    ['of one release for ever', { WorkingDirectory: '/srv/app-landfall/releases/a1' }, /does not lead through/, /WorkingDirectory/],
    ['of another environment', gunicorn('/opt/venv/bin/gunicorn'), /starts \/opt\/venv\/bin\/gunicorn/, /\/srv\/app\/\.venv/],
    ['of an environment of one release', gunicorn('/srv/app-landfall/envs/1/bin/gunicorn'), /envs/, /ExecStart/],
    // the reasons of a unit that is adopted, too
    ['that ends', { Type: 'oneshot' }, /has no main process/, /Type=simple/],
    ['that stops later than is waited for', { TimeoutStopUSec: '1min 30s' }, /may take 90 s to stop, and web has 30 s/, /drain: 90s/],
    ['that is not as systemd has read it', { NeedDaemonReload: 'yes' }, /was changed since/, /^systemctl daemon-reload$/],
    ['that a timer starts', { TriggeredBy: 'web.timer' }, /web\.timer/, /disable/],
  ])('%s does not, and it is said what to do', (_, over, says, next) => {
    const [problem, ...more] = unitsUnfit(found({ units: [unitOf(over)] }), target);
    expect(more).toEqual([]);
    expect(problem).toEqual({ where: 'host deploy@example.org', what: expect.stringMatching(says), next: expect.stringMatching(next) });
  }); // prettier-ignore

  test('must be started at boot by systemd, where the host does not recover by itself', () => {
    const unwanted = { units: [unitOf({ WantedBy: '' })] };
    expect(unitsUnfit(found(unwanted), target)).toEqual([]);
    expect(unitsUnfit(found(unwanted, { manager: false }), target)).toEqual([
      expect.objectContaining({
        what: expect.stringMatching(/not started at boot/),
        next: 'systemctl enable web.service',
      }),
    ]);
    expect(unitsUnfit(found({}, { manager: false }), target)).toEqual([]);
  });
});

describe('a rollback', () => {
  const told = (over: Partial<FoundUnits>) => {
    const result = preflight(
      found(over, {
        manager: false,
        programs: new Map(neededPrograms(target).map((name) => [name, `/usr/bin/${name}`])),
      }),
      target,
      { ...nothingMore(target), back: true },
    );
    return result.ok ? [] : (result.fault.problems ?? []).map(({ what }) => what);
  };

  test.each<Readonly<Record<string, string>>>([
    { TimeoutStopUSec: '1min 30s' },
    { NeedDaemonReload: 'yes' },
    { TriggeredBy: 'web.timer' },
    { WantedBy: '' },
  ])('is not held up by %j', (over) => {
    expect(told({ units: [unitOf(over)] })).toEqual([]);
  });

  test.each<[Partial<FoundUnits>, RegExp]>([
    [{ units: [unitOf({ LoadState: 'not-found' })] }, /no unit/],
    [{ units: [unitOf({ User: 'www-data' })] }, /www-data/],
    [{ units: [unitOf({ Writable: '/srv/app' })] }, /may write/],
    [{ barred: ['/usr/bin/systemctl stop web.service'] }, /sudo/],
  ])('is refused for what cannot work, or makes root of others: %#', (over, says) => {
    expect(told(over)).toEqual([expect.stringMatching(says)]);
  });
});

test('all that is in the way is told at once, with the lines of sudo for visudo', () => {
  const stop = '/usr/bin/systemctl stop worker.service';
  const services = [
    ...target.services,
    { name: 'worker', command: ['celery'], role: 'worker', drain: 30_000, boot: 1 } as const,
  ];
  const on = { ...target, services };
  const all = new Map(neededPrograms(on).map((name) => [name, `/usr/bin/${name}`]));
  const worker = unitOf({ LoadState: 'not-found' }, 'worker');
  const result = preflight(
    found({ units: [unitOf({ User: 'root' }), worker], barred: [stop] }, { programs: all }),
    on,
    nothingMore(on),
  );
  expect(result.ok ? [] : result.fault.problems).toEqual([
    expect.objectContaining({ what: expect.stringMatching(/^web\.service runs as root/) }),
    expect.objectContaining({ what: 'the system has no unit worker.service' }),
    expect.objectContaining({
      next: `as root: visudo -f /etc/sudoers.d/landfall-app, and add these lines:\ndeploy ALL=(root) NOPASSWD: ${stop}`,
    }),
  ]);
});

describe('services that leave their units', () => {
  const away = targetOf({ manager: 'systemd' });

  test('are refused while systemd starts them at boot: they would run twice', () => {
    const [problem, ...more] = unitsUnfit(found({}, { servicesUnder: 'units' }), away);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      what: 'web.service is started at boot: with manager: systemd its service would then run twice',
      next: 'systemctl disable web.service',
    });
    expect(unitsUnfit(found({ units: [unitOf({ WantedBy: '' })] }, { servicesUnder: 'units' }), away)).toEqual([]);
  });

  test('need the lines of sudo by which their units are stopped', () => {
    const barred = ['/usr/bin/systemctl stop web.service'];
    const units = { units: [unitOf({ WantedBy: '' })], barred };
    expect(unitsUnfit(found(units, { servicesUnder: 'units' }), away)).toEqual([
      expect.objectContaining({ next: expect.stringContaining(sudoLines('deploy', barred)[0] ?? '-') }),
    ]);
  });

  test('a unit that is no service any more is named, where it starts at boot', () => {
    const units = [unitOf(), unitOf({}, 'beat'), unitOf({ WantedBy: '' }, 'old')];
    expect(formerUnits(found({ units }), target)).toEqual([
      { kind: 'warning', text: expect.stringMatching(/^beat\.service runs no service any more.*disable beat\.service$/) },
    ]); // prettier-ignore
    expect(formerUnits(foundOn(), target)).toEqual([]);
  });
});

test('a host without systemd has no units, and settings of units are root’s', () => {
  const without = found({}, { systemd: false });
  expect(managerUnfit(without, target)).toEqual([
    expect.objectContaining({ what: 'no systemd runs on this host, so none can run the services' }),
  ]);
  expect(unitsUnfit(without, target)).toEqual([]);
  const [limited, ...more] = managerUnfit(found(), {
    ...target,
    services: target.services.map((one) => ({ ...one, unit: ['Nice=1'] })),
  });
  expect(more).toEqual([]);
  expect(limited).toMatchObject({
    where: 'landfall.yml, services.web.unit',
    what: expect.stringMatching(/root's own units/),
  });
});

test('settings of a file are no reason to refuse, and who has adopted is not sent round in circles', () => {
  const services = target.services.map((one) => ({ ...one, unit: ['Nice=1', 'TasksMax=9'] }));
  const described = (...limits: string[]) => ({
    ...target,
    services,
    serviceFiles: services.map(({ name }) => ({
      service: name,
      file: 'a',
      says: [],
      limits,
      settled: [],
      instead: [],
      left: [],
    })),
  });
  expect(managerUnfit(found(), described('Nice=1', 'TasksMax=9'))).toEqual([]);
  expect(managerUnfit(found(), described('Nice=1'))).toHaveLength(1);
  const { manager: _, ...unsaid } = described();
  expect(managerUnfit(found({}, { servicesUnder: 'adopted' }), unsaid)).toEqual([
    expect.objectContaining({ what: expect.stringContaining('what was adopted'), next: 'take `unit` away' }),
  ]);
});

test('the unit and the lines that the guide shows are fit', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/services.md'), 'utf8');
  const [ini = ''] = blocks(guide, 'ini');
  const said = new Map([...ini.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value] as const));
  const { ExecStart = '', TimeoutStopSec = '', ...over } = Object.fromEntries(said);
  const unit = unitOf({ ...over, ...gunicorn(ExecStart.split(' ')[0] ?? ''), TimeoutStopUSec: `${TimeoutStopSec}s` }, 'app'); // prettier-ignore
  const on = { ...target, services: target.services.map((one) => ({ ...one, name: 'app' })) };
  expect(said.size).toBeGreaterThan(8);
  expect(unitsUnfit(found({ units: [unit] }, { manager: false }), on)).toEqual([]);
  const commands = ['stop', 'reset-failed', '--no-block start'].map(
    (words) => `/usr/bin/systemctl ${words} app.service`,
  );
  expect(blocks(guide, 'text').map((body) => body.trimEnd().split('\n'))).toEqual([sudoLines('deploy', commands)]);
});
