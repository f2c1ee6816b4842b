import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { inTurn } from '../../test/lab/in-turn.ts';
import { answered, deployed, looked, open, switched, switchInput } from '../../test/kill/deploy.ts';
import { editTransaction, endProcesses, makeRoot, makeStandIns, makeSudo, mutexFree } from '../../test/kill/host.ts';
import { servicesOf, servingOf, supervisorOf } from '../../test/kill/processes.ts';
import { makeRunnable, removeUnit, unitFolder, writeUnits } from '../../test/kill/root-units.ts';
import { makeTarget, run, runProgram, runResident, type Target } from '../../test/kill/target.ts';
import { exactTree } from '../../test/lab/exact-tree.ts';
import { needing } from '../../test/lab/needs.ts';

const worker = { role: 'worker' };
const scheduler = { role: 'scheduler' };
const on = (release: string, ...names: readonly string[]) => names.map((name) => `${name} on ${release}`);
const first = on('r1', 'beat', 'tasks', 'web');
const second = on('r2', 'clock', 'web');

for (const [turn, shell] of ([['dash'], ['busybox', 'sh']] as const).entries())
  needing(shell[0], 'flock').describe(`services as units that root has written, under ${shell.join(' ')}`, () => {
    const test = inTurn(turn);
    jest.setTimeout(300_000);
    let root: string;
    let target: Target;
    let definitions: readonly string[];

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-units-'));
      const plain = makeTarget(shell, undefined, root);
      const searched = [join(root, 'allowed'), join(root, 'stand-ins'), plain.searched].join(':');
      target = { ...plain, searched, home: join(plain.base, 'home') };
      makeStandIns(join(root, 'stand-ins'));
      makeSudo(join(root, 'allowed'));
      writeUnits(target, ['web', 'tasks', 'beat', 'clock']);
      definitions = exactTree(unitFolder(target));
      makeRunnable(target, 'r1', { web: {}, tasks: worker, beat: scheduler });
      makeRunnable(target, 'r2', { web: {}, clock: scheduler });
    });

    afterEach(() => {
      expect(mutexFree(target)).toBe(true);
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    const serving = () => servingOf(target.base);
    const pidOf = (name: string) => servicesOf(target.base).find(({ service }) => service === name)?.pid;
    const undo = (...args: readonly string[]) => runResident(target, 'undo', ...args);
    const systemctl = (...words: readonly string[]) => run(target, ['systemctl', ...words]);
    const known = (): readonly string[] => {
      const file = join(target.base, '.landfall/units');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    };
    /** From now on sudo allows no more than this. */
    const allow = (...commands: readonly string[]): void => {
      rmSync(join(root, 'allowed'), { recursive: true });
      makeSudo(join(root, 'allowed'), commands);
    };
    const linesFor = (name: string): readonly string[] =>
      ['stop', 'reset-failed', '--no-block start'].map((words) => `/usr/bin/systemctl ${words} ${name}.service`);
    /** What sudo is asked to do from now on, and where `current` leads to then. */
    const watched = (): (() => readonly string[]) => {
      const sudo = join(root, 'allowed/sudo');
      const asked = join(root, 'asked');
      const note = `[ "$2" = -l ] || printf '%s %s\\n' "\${*#-n /usr/bin/systemctl }" "$(readlink ${target.base}/current)" >>${asked}\n`;
      writeFileSync(sudo, readFileSync(sudo, 'utf8').replace('#!/bin/sh\n', `#!/bin/sh\n${note}`));
      return () => readFileSync(asked, 'utf8').trim().split('\n');
    };

    test('each is stopped before the link moves and started after, schedulers first and last; no unit is edited', async () => {
      await deployed(target, 'r1', 'units');
      expect(serving()).toEqual(first);
      expect((await runResident(target, 'status')).stdout).toMatch(/^process {6}web \d+ on r1: ok$/m);
      expect(answered((await looked(target)).ran, 'services.under')).toBe('units');
      const asked = watched();
      await deployed(target, 'r2');
      expect(serving()).toEqual(second);
      const orders = asked().filter((line) => !line.startsWith('reset-failed'));
      const stops = orders.filter((line) => line.startsWith('stop'));
      expect(orders.slice(0, stops.length)).toEqual(stops);
      expect(stops.every((line) => line.endsWith(' releases/r1'))).toBe(true);
      // in the order of their roles; those of one role side by side
      expect([stops.slice(0, 2).sort(), ...stops.slice(2)].flat()).toEqual(
        ['beat', 'clock', 'tasks', 'web'].map((name) => `stop ${name}.service releases/r1`),
      );
      expect(orders.slice(stops.length).filter((line) => !line.endsWith(' releases/r2'))).toEqual([]);
      expect(orders.at(-1)).toBe('--no-block start clock.service releases/r2');
      expect(exactTree(unitFolder(target))).toEqual(definitions);
    });

    test('an undo brings them back; that of the first deploy stops them, and leaves the units', async () => {
      await switched(target, 'r1', 'units');
      expect(await undo('t1')).toMatchObject({ code: 0 });
      expect([serving(), existsSync(join(target.base, 'current')), known()]).toEqual([[], false, []]);
      await deployed(target, 'r1', 'units');
      await switched(target, 'r2');
      expect(await undo('t3')).toMatchObject({ code: 0 });
      expect(serving()).toEqual(first);
      expect(exactTree(unitFolder(target))).toEqual(definitions);
    });

    test('a boot that starts units by itself does not confirm a release: it is undone', async () => {
      await deployed(target, 'r1', 'units');
      await switched(target, 'r2');
      editTransaction(target, 'boot', 'another/1');
      // systemd has yet to start one of them
      await systemctl('stop', 'web.service');
      expect(await undo('recover')).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
      expect(serving()).toEqual(first);
    });

    test('a boot of a first deploy that nobody has confirmed leaves nothing running', async () => {
      await switched(target, 'r1', 'units');
      editTransaction(target, 'boot', 'another/1');
      expect(await undo('recover')).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=1\nrelease=\n' });
      expect([serving(), existsSync(join(target.base, 'current'))]).toEqual([[], false]);
    });

    test('recover leaves what was confirmed and runs alone, and starts what nobody has started', async () => {
      await deployed(target, 'r1', 'units');
      expect((await undo('recover')).stdout).toContain('untouched=yes');
      const before = pidOf('web');
      await systemctl('stop', 'tasks.service');
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect(serving()).toEqual(first);
      expect(pidOf('web')).toBe(before);
    });

    test('a scheduler of the release before that a boot starts again is stopped; its unit is forgotten when it is gone', async () => {
      await deployed(target, 'r1', 'units');
      await deployed(target, 'r2');
      expect(known()).toEqual(['beat beat', 'tasks tasks', 'web web', 'clock clock']);
      await systemctl('start', 'beat.service');
      expect(serving()).toEqual(on('r2', 'beat', 'clock', 'web'));
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect(serving()).toEqual(second);
      removeUnit(target, 'beat');
      allow(...['web', 'tasks', 'clock'].flatMap(linesFor));
      makeRunnable(target, 'r3', { web: {}, clock: scheduler });
      await deployed(target, 'r3');
      expect(known()).toEqual(['tasks tasks', 'web web', 'clock clock']);
    });

    /** systemctl comes to this first. */
    const before = (lines: string): void => {
      const systemctl = join(root, 'allowed/systemctl');
      const text = readFileSync(systemctl, 'utf8');
      writeFileSync(systemctl, text.replace('#!/bin/sh\n', `#!/bin/sh\n${lines}\n`));
    };

    test('while systemd does not answer, nothing is taken for gone: a scheduler of before is stopped all the same', async () => {
      await deployed(target, 'r1', 'units');
      await deployed(target, 'r2');
      makeRunnable(target, 'r3', { web: {}, clock: scheduler });
      await switched(target, 'r3');
      editTransaction(target, 'boot', 'another/1');
      await systemctl('start', 'beat.service');
      const asked = join(root, 'asked');
      before(`[ "$1" != show ] || { echo >>${asked}; [ "$(wc -l <${asked})" -gt 4 ] || exit 1; }`);
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect([serving(), known()]).toEqual([second, ['beat beat', 'tasks tasks', 'web web', 'clock clock']]);
    });

    test('the undo of a first deploy does not forget a unit that did not obey', async () => {
      await switched(target, 'r1', 'units');
      before(
        `case "$*" in *"stop web.service") exit 1 ;; "show "*ActiveState*) shift; "$0" list "$@" | sed '/^Id=web/,/^$/s/^ActiveState=.*/ActiveState=deactivating/'; exit 0 ;; esac\n[ "$1" != list ] || { shift; set -- show "$@"; }`,
      );
      expect(await undo('t1')).toMatchObject({ code: 1, stderr: expect.stringContaining('web has not stopped') });
      expect(known()).toContain('web web');
    });

    test('a release that does not come up fails its switch, and is taken back', async () => {
      await deployed(target, 'r1', 'units');
      makeRunnable(target, 'r3', { web: {} });
      writeFileSync(join(target.base, 'releases/r3/run/start'), 'echo no database >&2\nexit 3\n');
      const number = Number(answered(await open(target, 'r3'), 'number'));
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r3'));
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('web BACKOFF activating (auto-restart), result: exit-code');
      expect(await undo(`t${number}`)).toMatchObject({ code: 0 });
      expect(serving()).toEqual(first);
    });

    test('a release whose units are missing, or may not be stopped and started, is refused before anything changes', async () => {
      await deployed(target, 'r1', 'units');
      allow(...['web', 'tasks', 'beat'].flatMap(linesFor));
      await open(target, 'r2');
      const refused = async (says: string): Promise<void> => {
        const ran = await runProgram(target, 'switch', switchInput(target, 2, 'r2'));
        expect([ran.code, ran.stderr]).toEqual([69, expect.stringContaining(says)]);
        expect([serving(), answered((await looked(target)).ran, 'phase')]).toEqual([first, 'open']);
      };
      for (const line of linesFor('clock')) await refused(line);
      allow('ALL');
      removeUnit(target, 'clock');
      await refused("clock is no program of the system's systemd");
    });

    test('what sudo has yet to allow is told for services that there shall be, and for those that there were', async () => {
      await deployed(target, 'r1', 'units');
      allow(...linesFor('web'));
      const services = ['web', 'clock', 'nothing'];
      const { stdout } = await runProgram(target, 'units', { base: target.base, services });
      const barred = stdout.split('\n').flatMap((line) => (line.startsWith('barred=') ? [line.slice(7)] : []));
      expect(barred).toEqual(['clock', 'nothing', 'beat', 'tasks'].flatMap(linesFor));
      expect(stdout).toContain('unit=nothing.service LoadState=not-found\n');
      expect(stdout).toContain('unit=beat.service ActiveState=active\n');
      expect(stdout).toContain(`sudo=${join(root, 'allowed/sudo')}\n`);
    });

    test('a unit that is read from what is not root’s alone is told, through whatever link', async () => {
      const own = join(root, 'own');
      mkdirSync(join(own, 'roots'), { recursive: true });
      writeFileSync(join(own, 'roots/web.service'), '');
      symlinkSync('own/roots/web.service', join(root, 'web.service'));
      if (process.getuid?.() === 0) chownSync(own, 1234, 1234);
      // where systemd has read units, as `show` tells
      const shown = (fragment: string, dropIns: string): void => {
        writeFileSync(
          join(root, 'allowed/systemctl'),
          `#!/bin/sh\nprintf 'Id=web.service\\nFragmentPath=${fragment}\\nDropInPaths=${dropIns}\\n'\n`,
          { mode: 0o755 },
        );
      };
      const told = async (fragment: string, dropIns = ''): Promise<boolean> => {
        shown(fragment, dropIns);
        const { stdout } = await runProgram(target, 'units', { base: target.base, services: ['web'] });
        expect(stdout).toContain(`unit=web.service FragmentPath=${fragment}\n`);
        return stdout.includes('unit=web.service Writable=');
      };
      expect(await told('/etc/passwd', '/etc/group /etc/hostname')).toBe(false);
      expect(await told(join(own, 'roots/web.service'))).toBe(true);
      expect(await told(join(root, 'web.service'))).toBe(true);
      expect(await told('/etc/passwd', `/etc/group ${root}/web.service`)).toBe(true);
    });

    test.each(['supervisor', 'systemd', 'system'] as const)(
      'a switch moves the services from %s, and its undo moves them back',
      async (from) => {
        if (from === 'system') {
          // one sudo for both
          const sudo = join(root, 'allowed/sudo');
          const own = readFileSync(sudo, 'utf8');
          makeRoot(join(root, 'allowed'), target);
          writeFileSync(sudo, own.replace('case', 'case $2 in */landfall-*) shift; exec "$1" ;; esac\ncase'));
        }
        await deployed(target, 'r1', from);
        await switched(target, 'r2', 'units');
        expect([serving(), supervisorOf(target.base)]).toEqual([second, undefined]);
        expect(await undo('t2')).toMatchObject({ code: 0 });
        expect([serving(), known()]).toEqual([first, []]);
        expect(answered((await looked(target)).ran, 'services.under')).toBe(from);
        await deployed(target, 'r2', 'units');
        await switched(target, 'r1', from);
        expect([serving(), known()]).toEqual([first, []]);
        expect(await undo('t4')).toMatchObject({ code: 0 });
        expect([serving(), answered((await looked(target)).ran, 'services.under')]).toEqual([second, 'units']);
        await deployed(target, 'r1', from);
        expect([serving(), known()]).toEqual([first, []]);
      },
    );
  });
