import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { inTurn } from '../../test/lab/in-turn.ts';
import { answered, deployed, looked, open, switched, switchInput } from '../../test/kill/deploy.ts';
import { endProcesses, makeRoot, makeStandIns, makeUnitFolder, markOf, mutexFree } from '../../test/kill/host.ts';
import { servicesOf, servingOf, supervisorOf } from '../../test/kill/processes.ts';
import { idle, makeRelease, makeTarget, run, runProgram, runResident, type Target } from '../../test/kill/target.ts';
import { needing } from '../../test/lab/needs.ts';

const first = ['web on r1', 'web-2 on r1'];
const second = ['web on r2', 'worker on r2'];

for (const [turn, shell] of ([['dash'], ['busybox', 'sh']] as const).entries())
  needing(shell[0], 'flock').describe(`services as units of the system, under ${shell.join(' ')}`, () => {
    const test = inTurn(turn);
    jest.setTimeout(300_000);
    let root: string;
    let target: Target;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-system-'));
      const plain = makeTarget(shell, undefined, root);
      const searched = [join(root, 'manager'), join(root, 'stand-ins'), plain.searched].join(':');
      target = { ...plain, searched, home: join(plain.base, 'home') };
      makeStandIns(join(root, 'stand-ins'));
      makeRoot(join(root, 'manager'), target);
      makeUnitFolder(target.home ?? '');
      makeRelease(target, 'r1', { web: { ...idle, drain: 0 }, 'web-2': idle });
      makeRelease(target, 'r2', {
        web: { ...idle, drain: 7, unit: ['Nice=3', 'MemoryMax=300M'] },
        worker: { ...idle, role: 'worker' },
      });
    });

    afterEach(() => {
      expect(mutexFree(target)).toBe(true);
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    const serving = () => servingOf(target.base);

    /** name of the service → text */
    const units = (): ReadonlyMap<string, string> => {
      const folder = join(target.base, 'home/.config/systemd/system');
      return new Map(
        readdirSync(folder).map((name) => {
          const service = new RegExp(`^landfall-${markOf(target.base)}-(.*)\\.service$`).exec(name)?.[1];
          return [service ?? `not a unit: ${name}`, readFileSync(join(folder, name), 'utf8')] as const;
        }),
      );
    };

    const names = (): readonly string[] => [...units().keys()].sort();
    const undo = (...args: readonly string[]) => runResident(target, 'undo', ...args);

    test('each service is a unit; those that a release no longer has are stopped, and gone', async () => {
      await deployed(target, 'r1', 'system');
      expect(serving()).toEqual(first);
      // 0 would be no limit at all
      expect(units().get('web')).toContain('\nTimeoutStopSec=1\n');
      await deployed(target, 'r2');
      expect([serving(), names()]).toEqual([second, ['web', 'worker']]);
      expect(units().get('web')).toContain('\nTimeoutStopSec=7\nNice=3\nMemoryMax=300M\n');
      expect(await undo('t2')).toMatchObject({ code: 0 });
      expect(units().get('web')).toContain('\nTimeoutStopSec=1\nUser=');
      await deployed(target, 'r2');
      expect(answered((await looked(target)).ran, 'services.under')).toBe('system');
      expect((await runResident(target, 'status')).stdout).toMatch(/^process {6}web \d+ on r2: ok$/m);
      // nobody but the system's systemd has any
      expect(readdirSync(join(target.base, 'home/.config/systemd/user'))).not.toContain(
        `landfall-${markOf(target.base)}-web.service`,
      );
    });

    test('an undo brings them back; that of the first deploy leaves no unit', async () => {
      await switched(target, 'r1', 'system');
      expect(await undo('t1')).toMatchObject({ code: 0 });
      expect([serving(), names(), existsSync(join(target.base, 'current'))]).toEqual([[], [], false]);
      await deployed(target, 'r1', 'system');
      await switched(target, 'r2');
      expect(await undo('t3')).toMatchObject({ code: 0 });
      expect([serving(), names()]).toEqual([first, ['web', 'web-2']]);
    });

    test('recover starts what a boot ended, and leaves what runs alone', async () => {
      await deployed(target, 'r1', 'system');
      const before = servicesOf(target.base).find(({ service }) => service === 'web')?.pid;
      await run(target, ['systemctl', 'stop', `landfall-${markOf(target.base)}-web-2.service`]);
      expect(serving()).toEqual(['web on r1']);
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect(serving()).toEqual(first);
      expect(servicesOf(target.base).map(({ pid }) => pid)).toContain(before);
    });

    test('a release that does not come up fails its switch, with what it said', async () => {
      await deployed(target, 'r1', 'system');
      makeRelease(target, 'r3', { web: { words: ['/bin/sh', '-c', 'echo no database >&2; exit 3'] } });
      const number = Number(answered(await open(target, 'r3'), 'number'));
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r3'));
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('web BACKOFF activating (auto-restart), result: exit-code');
      expect(failed.stderr).toContain('no database');
      expect(await undo(`t${number}`)).toMatchObject({ code: 0 });
      expect(serving()).toEqual(first);
    });

    test.each(['supervisor', 'systemd'] as const)(
      'a switch moves the services from %s, and its undo moves them back',
      async (from) => {
        await deployed(target, 'r1', from);
        await switched(target, 'r2', 'system');
        expect([serving(), names()]).toEqual([second, ['web', 'worker']]);
        expect(supervisorOf(target.base)).toBeUndefined();
        expect(await undo('t2')).toMatchObject({ code: 0 });
        expect([serving(), names()]).toEqual([first, []]);
        expect(answered((await looked(target)).ran, 'services.under')).toBe(from);
        await deployed(target, 'r2', 'system');
        await deployed(target, 'r1', from);
        expect([serving(), names()]).toEqual([first, []]);
      },
    );

    test('a switch where root’s program is missing, or is not this user’s, is refused before anything changes', async () => {
      await deployed(target, 'r1', 'supervisor');
      await open(target, 'r2');
      expect(answered((await looked(target)).ran, 'system.units')).toBe('yes');
      const refused = async (): Promise<void> => {
        const ran = await runProgram(target, 'switch', switchInput(target, 2, 'r2', { manager: 'system' }));
        expect(ran.code).toBe(69);
        expect(ran.stderr).toContain("run the setup script as root, with manager='system'");
        expect(serving()).toEqual(first);
        const { ran: found } = await looked(target);
        expect([answered(found, 'phase'), answered(found, 'system.units')]).toEqual(['open', 'no']);
      };
      const sudo = join(root, 'manager/sudo');
      writeFileSync(sudo, '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n');
      await refused();
      rmSync(join(root, 'manager', `landfall-${markOf(target.base)}`));
      // it would tell root of the attempt
      writeFileSync(sudo, `#!/bin/sh\necho >>${root}/asked\nexit 1\n`);
      await refused();
      expect(existsSync(join(root, 'asked'))).toBe(false);
    });
  });
