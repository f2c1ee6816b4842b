import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { inTurn } from '../../test/lab/in-turn.ts';
import { answered, deployed, looked, open, switched, switchInput } from '../../test/kill/deploy.ts';
import { editTransaction, endProcesses, makeManager, makeStandIns, mutexFree } from '../../test/kill/host.ts';
import { servicesOf, supervisorOf } from '../../test/kill/processes.ts';
import { idle, makeRelease, makeTarget, run, runProgram, runResident, type Target } from '../../test/kill/target.ts';
import { needing } from '../../test/lab/needs.ts';

const serving = ({ base }: Target): readonly string[] =>
  servicesOf(base)
    .map(({ service, release }) => `${service} on ${release}`)
    .sort();

const first = ['web on r1', 'web-2 on r1'];
const second = ['web on r2', 'worker on r2'];

for (const [turn, shell] of ([['dash'], ['busybox', 'sh']] as const).entries())
  needing(shell[0], 'flock', 'python3').describe(`services as units, under ${shell.join(' ')}`, () => {
    const test = inTurn(turn);
    jest.setTimeout(300_000);
    let root: string;
    let target: Target;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-units-'));
      makeStandIns(join(root, 'stand-ins'));
      makeManager(join(root, 'manager'));
      const plain = makeTarget(shell, undefined, root);
      const searched = [join(root, 'manager'), join(root, 'stand-ins'), plain.searched].join(':');
      target = { ...plain, searched, home: join(root, 'home') };
      makeRelease(target, 'r1', { web: { ...idle, drain: 0 }, 'web-2': idle });
      makeRelease(target, 'r2', { web: { ...idle, drain: 7, unit: ['Nice=3', 'MemoryMax=300M'] }, worker: idle });
    });

    afterEach(() => {
      expect(mutexFree(target)).toBe(true);
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    /** The units that run services: name of the service → text. */
    const units = (): ReadonlyMap<string, string> => {
      const folder = join(root, 'home/.config/systemd/user');
      const names = existsSync(folder) ? readdirSync(folder) : [];
      return new Map(
        names.flatMap((name) => {
          const service = /^landfall-\d+-(.*)\.service$/.exec(name)?.[1];
          return service === undefined ? [] : [[service, readFileSync(join(folder, name), 'utf8')] as const];
        }),
      );
    };

    const under = async (): Promise<string> => answered((await looked(target)).ran, 'services.under');

    const undo = (...args: readonly string[]) => runResident(target, 'undo', ...args);

    test('each service is a unit; those that a release no longer has are stopped, and gone', async () => {
      await deployed(target, 'r1', 'systemd');
      expect(serving(target)).toEqual(first);
      expect(supervisorOf(target.base)).toBeUndefined();
      // 0 would be no limit at all
      expect(units().get('web')).toContain('\nTimeoutStopSec=1\n');
      await deployed(target, 'r2');
      expect(serving(target)).toEqual(second);
      expect([...units().keys()].sort()).toEqual(['web', 'worker']);
      const unit = units().get('web');
      expect(unit).toContain(`\nExecStart=/bin/sh ${target.base}/.landfall/run/start web\nKillMode=mixed\n`);
      expect(unit).toContain('\nTimeoutStopSec=7\nNice=3\nMemoryMax=300M\n');
      expect(unit).toContain(`\nStandardOutput=append:${target.base}/shared/logs/web.log\n`);
      // undo recover starts them, when it knows of which release
      expect(unit).not.toContain('[Install]');
      expect(await under()).toBe('systemd');
      expect((await runResident(target, 'status')).stdout).toMatch(/^process {6}web \d+ on r2: ok$/m);
    });

    test('an undo brings them back; that of the first deploy leaves no unit', async () => {
      await switched(target, 'r1', 'systemd');
      expect(await undo('t1')).toMatchObject({ code: 0 });
      expect([serving(target), [...units()], existsSync(join(target.base, 'current'))]).toEqual([[], [], false]);
      await deployed(target, 'r1', 'systemd');
      await switched(target, 'r2');
      expect(await undo('t3')).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(first);
      expect([...units().keys()].sort()).toEqual(['web', 'web-2']);
    });

    test('recover starts what a boot ended, and leaves what runs alone', async () => {
      await deployed(target, 'r1', 'systemd');
      const before = servicesOf(target.base).find(({ service }) => service === 'web')?.pid;
      const [other = ''] = readdirSync(join(root, 'home/.config/systemd/user')).filter((name) => /-web-2\./.test(name));
      await run(target, ['systemctl', '--user', 'stop', other]);
      expect(serving(target)).toEqual(['web on r1']);
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(first);
      expect(servicesOf(target.base).map(({ pid }) => pid)).toContain(before);
    });

    test('a release that does not come up fails its switch, with what it said', async () => {
      await deployed(target, 'r1', 'systemd');
      makeRelease(target, 'r3', { web: { words: ['/bin/sh', '-c', 'echo no database >&2; exit 3'] } });
      const number = Number(answered(await open(target, 'r3'), 'number'));
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r3'));
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('web BACKOFF activating (auto-restart), result: exit-code');
      expect(failed.stderr).toContain('no database');
      expect(await undo(`t${number}`)).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(first);
    });

    test('a switch moves the services from one manager to the other, and its undo moves them back', async () => {
      await deployed(target, 'r1', 'supervisor');
      await switched(target, 'r2', 'systemd');
      expect([serving(target), supervisorOf(target.base)]).toEqual([second, undefined]);
      expect(await undo('t2')).toMatchObject({ code: 0 });
      expect([serving(target), [...units()]]).toEqual([first, []]);
      expect(supervisorOf(target.base)).toBeDefined();
      expect(await under()).toBe('supervisor');
      await deployed(target, 'r2', 'systemd');
      // a later one, of a person: the release before, where the services are now
      expect(await undo('t3')).toMatchObject({ code: 0 });
      expect([serving(target), supervisorOf(target.base)]).toEqual([first, undefined]);
      await deployed(target, 'r2', 'supervisor');
      expect([serving(target), [...units()]]).toEqual([second, []]);
    });

    test('where nobody says: what runs them, else supervisor, else a systemd that lingers', async () => {
      const bare = '/usr/bin:/bin:/usr/sbin:/sbin';
      expect(await under()).toBe('supervisor');
      if (!existsSync('/usr/bin/supervisord')) {
        const own = target;
        target = { ...own, searched: `${join(root, 'manager')}:${bare}` };
        expect(await under()).toBe('systemd');
        target = { ...own, searched: `${join(root, 'stand-ins')}:${bare}` };
        expect(await under()).toBe('supervisor');
        target = own;
      }
      await deployed(target, 'r1', 'systemd');
      expect(await under()).toBe('systemd');
    });

    /** A supervisor of this test's own, and the path of its supervisorctl. */
    const ownSupervisor = (): string => {
      const folder = join(root, 'supervisor');
      cpSync(new URL('../../test/lab/supervisor-stand-in', import.meta.url), folder, { recursive: true });
      target = { ...target, searched: target.searched.replace(/[^:]*supervisor-stand-in/, folder) };
      return join(folder, 'supervisorctl');
    };

    for (const [by, ask] of [
      ['a person', () => undo('t2')],
      ['the recovery', () => undo('recover')],
      ['the switch itself, run again', () => runProgram(target, 'switch', switchInput(target, 2, 'r2'))],
    ] as const)
      test(`going back to the other manager asks for its program, never for that of the newer one: by ${by}`, async () => {
        const tool = ownSupervisor();
        await deployed(target, 'r1', 'supervisor');
        await switched(target, 'r2', 'systemd');
        editTransaction(target, 'phase', 'undoing');
        const kept = readFileSync(tool);
        rmSync(tool);
        const refused = await ask();
        expect(refused.code).toBe(69);
        expect(refused.stderr).toContain('supervisorctl is not on the PATH');
        expect(serving(target)).toEqual(second);
        writeFileSync(tool, kept, { mode: 0o755 });
        await ask();
        expect(serving(target)).toEqual(first);
      });

    test('what goes back to units needs no supervisorctl', async () => {
      const tool = ownSupervisor();
      await deployed(target, 'r1', 'systemd');
      await switched(target, 'r2', 'supervisor');
      rmSync(tool);
      expect(await undo('t2')).toMatchObject({ code: 0 });
      expect([serving(target), supervisorOf(target.base)]).toEqual([first, undefined]);
    });

    test('a switch to units where none live on is refused before anything changes', async () => {
      await deployed(target, 'r1', 'supervisor');
      await open(target, 'r2');
      writeFileSync(join(root, 'manager/loginctl'), '#!/bin/sh\necho no\n', { mode: 0o755 });
      const refused = await runProgram(target, 'switch', switchInput(target, 2, 'r2', { manager: 'systemd' }));
      expect(refused.code).toBe(69);
      expect(refused.stderr).toMatch(/sudo loginctl enable-linger \S+$/m);
      expect(serving(target)).toEqual(first);
      expect(answered((await looked(target)).ran, 'phase')).toBe('open');
    });

    test('a long log is put aside when its service begins', async () => {
      await deployed(target, 'r1', 'systemd');
      const log = join(target.base, 'shared/logs/web.log');
      writeFileSync(log, Buffer.alloc(10_485_761, 'x'));
      await deployed(target, 'r2');
      expect(readdirSync(join(target.base, 'shared/logs'))).toContain('web.log.1');
      expect(readFileSync(log, 'utf8')).toBe('');
    });
  });
