import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unitsProgram } from '#setup';
import { markOf, rootProgram } from '../../test/kill/host.ts';
import { needing } from '../../test/lab/needs.ts';
import { forbidden, hostile, settings } from './fixtures/requests.ts';
import { eachShell, runText, type Ran } from '../../test/lab/program-run.ts';

const base = '/srv/app-landfall';
const mark = markOf(base);
const user = userInfo().username;

/** Its whole text: what asks can neither add to it nor take anything away. */
const unit = (name: string, ...settings: readonly string[]): string =>
  [
    '[Unit]',
    `Description=Landfall: ${name} of ${base}`,
    'StartLimitIntervalSec=0',
    '[Service]',
    ...settings,
    `User=${user}`,
    `ExecStart=/bin/sh -c "exec /bin/sh ${base}/.landfall/run/start ${name} >>${base}/shared/logs/${name}.log 2>&1"`,
    'KillMode=mixed',
    'Restart=always',
    'RestartSec=1',
    '',
  ].join('\n');

eachShell(
  'root’s program for units of the system',
  (shell) => {
    let root: string;
    let home: string;
    let folder: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-root-'));
      home = join(root, 'a/home');
      folder = join(home, '.config/systemd/system');
      mkdirSync(folder, { recursive: true });
      mkdirSync(join(root, 'bin'));
      // what systemd is told, and what it is given of the environment
      writeFileSync(
        join(root, 'bin/systemctl'),
        `#!/bin/sh\necho "$*" >>${root}/told\n/usr/bin/env >>${root}/environment\n[ ! -e ${root}/refuses ]\n`,
        { mode: 0o755 },
      );
      for (const name of [`landfall-${mark}-web.service`, 'landfall-7-web.service', 'ssh.service'])
        writeFileSync(join(folder, name), name);
    });

    afterEach(() => {
      rmSync(root, { recursive: true });
    });

    const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
      PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
      HOME: home,
      ...more,
    });
    const asked = (request: string, args: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Ran> =>
      runText(shell, rootProgram(base), args, Buffer.from(request), env(more));
    /** Every file of the folder of units: name → text. */
    const files = (): ReadonlyMap<string, string> =>
      new Map(
        readdirSync(folder)
          .sort()
          .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      );
    const told = (): readonly string[] =>
      existsSync(join(root, 'told'))
        ? readFileSync(join(root, 'told'), 'utf8')
            .trim()
            .split('\n')
            .map((line) => line.replace('--no-ask-password --no-pager ', ''))
        : [];

    const refuses = async (request: string, args: readonly string[] = []): Promise<void> => {
      const before = files();
      const { code, stdout } = await asked(request, args);
      expect({ request, code, stdout: stdout.toString(), told: told() }).toEqual({
        request,
        code: 64,
        stdout: '',
        told: [],
      });
      expect(files()).toEqual(before);
    };

    test('a unit is made whole by it: the user, the program and the rest are its own words', async () => {
      const request = ['units', '[web]', ...settings, '[celery-worker_2]', 'TimeoutStopSec=30', ''].join('\n');
      expect(await asked(request)).toMatchObject({ code: 0, stderr: '' });
      expect(files()).toEqual(
        new Map([
          ['landfall-7-web.service', 'landfall-7-web.service'],
          [`landfall-${mark}-celery-worker_2.service`, unit('celery-worker_2', 'TimeoutStopSec=30')],
          [`landfall-${mark}-web.service`, unit('web', ...settings)],
          ['ssh.service', 'ssh.service'],
        ]),
      );
      expect(told()).toEqual(['daemon-reload']);
      // others may read a unit; whoever could open the lock could hold it
      const modes = [join(folder, `landfall-${mark}-web.service`), join(root, 'units.lock')].map(
        (file) => statSync(file).mode & 0o777,
      );
      expect(modes).toEqual([0o644, 0o600]);
    });

    test('one that is as it was costs no reload; one that is no longer wanted is stopped, and gone', async () => {
      await asked('units\n[web]\n[worker]\n');
      rmSync(join(root, 'told'));
      expect(await asked('units\n[web]\n[worker]\n')).toMatchObject({ code: 0 });
      const names = ['web', 'worker'].map((name) => `landfall-${mark}-${name}.service`);
      expect(told()).toEqual([`show --property=NeedDaemonReload ${names.join(' ')}`]);
      rmSync(join(root, 'told'));
      expect(await asked('units')).toMatchObject({ code: 0 });
      const words = told().map((line) => line.split(' ').sort().join(' '));
      const of = (verb: string): string => [...names, verb].sort().join(' ');
      expect(words).toEqual([of('stop'), 'daemon-reload', of('reset-failed')]);
      expect([...files().keys()]).toEqual(['landfall-7-web.service', 'ssh.service']);
    });

    test('one that does not stop stays', async () => {
      writeFileSync(join(root, 'refuses'), '');
      const before = files();
      expect(await asked('units\n[worker]\n')).toMatchObject({ code: 1 });
      expect(files()).toEqual(before);
    });

    test.each(['start', 'stop', 'restart'])('%s reaches services of the target that have a unit', async (verb) => {
      await asked('units\n[web]\n[-worker]\n');
      rmSync(join(root, 'told'));
      expect(await asked(`${verb} web -worker`)).toMatchObject({ code: 0, stderr: '' });
      expect(told()).toEqual([`${verb} landfall-${mark}-web.service landfall-${mark}--worker.service`]);
    });

    test('any other request is refused, and nothing is done', async () => {
      for (const request of hostile) await refuses(request);
    });

    test('a line that is no setting is refused, wherever it stands, and no unit of that request is written', async () => {
      for (const line of forbidden) {
        await refuses(`units\n[web]\nTimeoutStopSec=5\n${line}\n`);
        await refuses(`units\n[web]\n${line}\nTimeoutStopSec=5\n[worker]`);
      }
      for (const line of settings) await refuses(`units\n${line}\n[web]\n`);
    });

    test('arguments are refused, whatever the request is', async () => {
      for (const args of [['--help'], ['start'], ['version'], [''], ['-c', 'id'], ['/etc/passwd']])
        await refuses('version', args);
    });

    test('a request of more than 64 kB, and one of more than 64 services, is refused', async () => {
      // one that would be good where it is cut
      const cut = ['units', '[web]', 'Nice=1'];
      while (cut.join('\n').length < 65_536 - 7) cut.push('Nice=1');
      const length = cut.join('\n').length;
      cut[1] = `[web${'x'.repeat(65_536 - length)}]`;
      expect(cut.join('\n')).toHaveLength(65_536);
      await refuses(`${cut.join('\n')}\n[worker]\n`);
      await refuses(`units\n[web]\n${'TimeoutStopSec=5\n'.repeat(4000)}`);
      await refuses(`version${' '.repeat(65_536)}`);
      await refuses(`units\n${Array.from({ length: 65 }, (_, index) => `[s${index}]\n`).join('')}`);
    });

    test('whatever is asked: it is refused, or the units are its own words and settings that it knows', async () => {
      const known = new Set(['TimeoutStopSec=5', 'Nice=3', 'PrivateTmp=yes']);
      const line = fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('[web]', '[a]', '[b]', ...known) },
        fc.constantFrom('units', 'start web', ...forbidden, ...hostile),
        fc.string({ unit: 'binary', maxLength: 30 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
          await asked(['units', ...lines].join('\n'));
          for (const [name, text] of files()) {
            const service = new RegExp(`^landfall-${mark}-([A-Za-z0-9_-]+)\\.service$`).exec(name)?.[1];
            if (service === undefined || text === name) {
              expect(text).toBe(name);
              continue;
            }
            const own = text.split('\n').filter((one) => !known.has(one));
            expect(own.join('\n')).toBe(unit(service));
          }
          for (const words of told()) expect(words).toMatch(new RegExp(`^(daemon-reload$|(stop|show|reset-failed)( --property=NeedDaemonReload)?( landfall-${mark}-[\\w-]+\\.service)+$)`)); // prettier-ignore
        }),
        { numRuns: 60 },
      );
    });

    test('what the caller has in the environment decides nothing, and reaches no systemctl', async () => {
      const names = [
        'request',
        'names',
        'prefix',
        'folder',
        'lock',
        'runs_as',
        'target',
        'mark',
        'its',
        'former',
        'changed',
        'newline',
      ];
      const hostileEnv = {
        ...Object.fromEntries(names.map((name) => [name, '/etc'])),
        IFS: 'w',
        ENV: '/nonexistent',
        BASH_ENV: '/nonexistent',
        DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/tmp/x',
        SYSTEMD_UNIT_PATH: '/tmp',
        LD_LIBRARY_PATH: '/tmp',
        LC_ALL: 'tr_TR.UTF-8',
        'BASH_FUNC_told%%': '() { echo no; }',
      };
      expect(await asked('units\n[web]\n', [], hostileEnv)).toMatchObject({ code: 0 });
      expect(await asked('restart web', [], hostileEnv)).toMatchObject({ code: 0 });
      expect(files().get(`landfall-${mark}-web.service`)).toBe(unit('web'));
      expect(told()).toEqual(['daemon-reload', `restart landfall-${mark}-web.service`]);
      const seen = readFileSync(join(root, 'environment'), 'utf8').trim().split('\n');
      // HOME is the test's own, PWD and the like the stand-in's shell's
      const passed = seen.filter((one) => !/^(PATH|HOME|PWD|OLDPWD|SHLVL|_)=/.test(one));
      expect(new Set(passed)).toEqual(new Set(['LC_ALL=C']));
    });

    test('no program is looked up where the caller says', async () => {
      for (const name of ['head', 'timeout', 'env', 'printf'])
        writeFileSync(join(root, 'bin', name), `#!/bin/sh\necho ${name} >>${root}/told\n`, { mode: 0o755 });
      const { code, stdout } = await runText(shell, unitsProgram, [], 'version\n', env());
      expect({ code, stdout: stdout.toString(), told: told() }).toEqual({ code: 0, stdout: 'version=1\n', told: [] });
    });

    test('where files may not be written, or not be opened, a unit is there whole or not at all', async () => {
      for (const limit of ['-f 0', ...Array.from({ length: 14 }, (_, index) => `-n ${index + 3}`)]) {
        const text = `ulimit ${limit}\n${rootProgram(base)}`;
        await runText(shell, text, [], `units\n[web]\n${settings.join('\n')}\n[worker]\n`, env());
        for (const [name, written] of files())
          if (name.endsWith('.service') && written !== name)
            expect([unit('web', ...settings), unit('worker')]).toContain(written);
      }
    });

    test('two requests at once: the units are those of one of them', async () => {
      const [one, other] = ['units\n[web]\nNice=1\n[a]\nNice=1\n', 'units\n[web]\nNice=2\n[b]\nNice=2\n'];
      await Promise.all([asked(one), asked(other), asked(one), asked(other)]);
      const text = [...files()].filter(([name]) => name.startsWith(`landfall-${mark}`)).map(([, written]) => written);
      expect([
        [unit('a', 'Nice=1'), unit('web', 'Nice=1')],
        [unit('b', 'Nice=2'), unit('web', 'Nice=2')],
      ]).toContainEqual(text);
    });

    test('a request for units waits until another one is done', async () => {
      const holds = spawn('flock', [join(root, 'units.lock'), 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
      // it has the lock when it answers
      holds.stdin.write('.');
      await once(holds.stdout, 'data');
      const waits = asked('units\n[a]\n');
      await sleep(500);
      const meanwhile = [...files().keys()];
      // who only starts and stops need not wait: a worker may take long to stop
      const starts = await asked('start web');
      holds.stdin.end();
      expect([await waits, starts]).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(meanwhile).toContain(`landfall-${mark}-web.service`);
      expect([...files().keys()]).toEqual(['landfall-7-web.service', `landfall-${mark}-a.service`, 'ssh.service']);
    });

    test('a link in the place of a unit is not followed', async () => {
      writeFileSync(join(root, 'victim'), 'untouched');
      rmSync(join(folder, `landfall-${mark}-web.service`));
      symlinkSync(join(root, 'victim'), join(folder, `landfall-${mark}-web.service`));
      expect(await asked('units\n[web]\n')).toMatchObject({ code: 0 });
      expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('untouched');
      expect(files().get(`landfall-${mark}-web.service`)).toBe(unit('web'));
      symlinkSync(join(root, 'victim'), join(folder, `landfall-${mark}-other.service`));
      expect(await asked('units\n[web]\n')).toMatchObject({ code: 0 });
      expect([...files().keys()]).not.toContain(`landfall-${mark}-other.service`);
      expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('untouched');
    });

    needing('systemd-analyze').test('systemd can read what it writes', async () => {
      await asked(`units\n[web]\n${settings.join('\n')}\n`);
      const file = join(folder, `landfall-${mark}-web.service`);
      const words = ['verify', '--man=no', '--recursive-errors=no', file];
      const { status, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });
  },
  'flock',
);
