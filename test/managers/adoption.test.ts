/** What people have made by hand is taken over, and given back exactly as it was: the programs on a host, over real files and processes. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { probeBody, programs, residentBody } from '#remote';
import {
  adopted,
  adoptInput,
  confirmedAdopting,
  contentOf,
  factsOf,
  installByHand,
  lendInput,
  openAdopting,
  theirConf,
  noted,
  switchedAdopting,
} from '../kill/adoption.ts';
import { answered, deployed, looked, switchInput } from '../kill/deploy.ts';
import { editTransaction, endProcesses } from '../kill/host.ts';
import { killing } from '../kill/mutant.ts';
import { servicesOf } from '../kill/processes.ts';
import { makeRelease, makeTarget, run, runProgram, runResident, idle, type Target } from '../kill/target.ts';
import { exactTree } from '../lab/exact-tree.ts';
import { needing } from '../lab/needs.ts';
import { eachShell } from '../lab/program-run.ts';

eachShell(
  'an installation made by hand',
  (shell) => {
    let root: string;
    let target: Target;
    let before: readonly string[];

    beforeEach(async () => {
      root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-adopt-')));
      target = await installByHand(makeTarget(shell, undefined, root));
      before = exactTree(target.path);
    });
    afterEach(() => {
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    const running = () =>
      servicesOf(target.base)
        .map(({ service, release }) => `${service} on ${release}`)
        .sort();
    const on = (release: string) => ['beat', 'tasks', 'web'].map((name) => `${name} on ${release}`);

    needing().test(
      'is taken over by the switch: what outlives releases is shared, and its programs run the release',
      async () => {
        const number = await switchedAdopting(target);
        expect(readlinkSync(target.path)).toBe(join(target.base, 'current'));
        expect(running()).toEqual(on('r1'));
        expect(contentOf(target, 'db.sqlite3')).toBe('rows');
        expect(readFileSync(join(target.base, 'shared/db.sqlite3-wal'), 'utf8')).toBe('newer rows');
        expect(contentOf(target, 'media/2026/cat.jpg')).toBe('cat');
        expect(readFileSync(join(target.base, 'releases', adopted, 'var/log/app.log'), 'utf8')).toBe('a line\n');
        expect(readlinkSync(join(target.base, 'shared/spool'))).toBe(join(target.base, 'elsewhere'));
        expect(lstatSync(join(target.base, 'shared/.env')).mode & 0o777).toBe(0o600);
        const status = await runResident(target, 'status');
        expect(status.stdout).toMatch(/^process +web \d+ on r1: ok$/m);
        expect(status.stdout).toContain(`undo t${number}`);
      },
    );

    needing().test('is given back by an undo exactly as it was, and runs', async () => {
      const number = await switchedAdopting(target);
      const undone = await runResident(target, 'undo', `t${number}`);
      expect([undone.code, undone.stderr]).toEqual([0, expect.stringContaining(`${adopted} serves`)]);
      expect(answered(undone, 'release')).toBe(adopted);
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
      expect((await looked(target)).phase).toBe('undone');
      // and twice is once
      expect((await runResident(target, 'undo', `t${number}`)).code).toBe(0);
      expect(exactTree(target.path)).toEqual(before);
      // it can be taken over again
      await switchedAdopting(target);
      expect(running()).toEqual(on('r1'));
    });

    needing().test('keeps what visitors have changed meanwhile', async () => {
      const number = await switchedAdopting(target);
      writeFileSync(join(target.path, 'media/2026/dog.jpg'), 'dog');
      writeFileSync(join(target.base, 'shared/db.sqlite3-journal'), 'torn');
      await runResident(target, 'undo', `t${number}`);
      expect(contentOf(target, 'media/2026/dog.jpg')).toBe('dog');
      expect(contentOf(target, 'db.sqlite3-journal')).toBe('torn');
      expect(lstatSync(join(target.base, 'shared/media')).isSymbolicLink()).toBe(true);
    });

    needing().test(
      'is given back with its times, too, by the recovery after a switch that was killed between two renames',
      async () => {
        const { text, args } = programs.switch;
        for (const line of [
          '    mv -T "$adopting" "$hand_made" || return 1',
          '    ln -s "$way" "$hand_made/$1" || return 1',
          '    ln -sT "$base/current" "$adopting" || return 1',
        ]) {
          const number = await noted(target);
          const at = text.split('\n').indexOf(line) + 1;
          expect(at).toBeGreaterThan(0);
          const words = [...shell, '-c', killing(text, at, 1), 'switch', ...args(switchInput(target, number, 'r1'))];
          expect((await run(target, words)).signal).toBe('SIGKILL');
          expect((await runResident(target, 'undo', 'recover')).code).toBe(0);
          expect(exactTree(target.path)).toEqual(before);
          expect(running()).toEqual(on('hand-made'));
        }
      },
    );

    needing().test('is left alone by a transaction that switched nothing', async () => {
      const number = await noted(target);
      const closed = await runResident(target, 'undo', `t${number}`);
      expect(closed.code).toBe(0);
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
      const at = await looked(target);
      expect(answered(at.ran, 'previous')).toBe('');
    });

    needing().test('is given back when the host was started anew before anybody confirmed', async () => {
      await switchedAdopting(target);
      editTransaction(target, 'boot', 'another/1');
      const recovered = await runResident(target, 'undo', 'recover');
      expect(recovered.code).toBe(0);
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
    });

    needing().test('a release that does not come up is not kept: the next run gives it back', async () => {
      rmSync(join(target.base, 'releases/r1/run/start'));
      const number = await noted(target);
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r1'));
      expect(failed.code).toBe(1);
      await runResident(target, 'undo', `t${number}`, 'failed');
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
    });

    needing().test(
      'is a release like others once it is confirmed: deploys go on, and an undo goes back to it through the link',
      async () => {
        const first = await confirmedAdopting(target);
        const number = await deployed(target, 'r2');
        expect(running()).toEqual(on('r2'));
        await runResident(target, 'undo', `t${number}`);
        expect(running()).toEqual(on('r1'));
        expect(number).toBe(first + 1);
        expect(readlinkSync(target.path)).toBe(join(target.base, 'current'));
      },
    );

    needing().test('which was confirmed serves again by an undo, from the release that it has become', async () => {
      const number = await confirmedAdopting(target);
      const undone = await runResident(target, 'undo', `t${number}`);
      expect(undone.code).toBe(0);
      expect(running()).toEqual(on(adopted));
      expect(contentOf(target, 'manage.py')).toContain('made by hand');
      expect(contentOf(target, 'db.sqlite3')).toBe('rows');
      const described = await runProgram(target, 'describe', { base: target.base, release: adopted });
      expect(described.stdout).toBe('{}\n');
    });

    needing().test(
      'a service that their supervisord does not know stops nothing: the switch is refused before it changes anything',
      async () => {
        await confirmedAdopting(target);
        makeRelease(target, 'r3', { web: idle, mailer: idle });
        const asked = await runProgram(target, 'their-programs', { base: target.base, services: ['web', 'mailer'] });
        expect(asked.stdout.trim().split('\n')).toEqual([
          'keeper=supervisor',
          `conf=${theirConf(target)}`,
          'absent=mailer',
        ]);
        const { seen } = await looked(target);
        const input = { base: target.base, path: target.path, seen, how: 'anew', kind: 'deploy', release: 'r3', limit: 600, claim: ['driver=d2', 'release=r3'] } as const; // prettier-ignore
        const number = Number(answered(await runProgram(target, 'open', input, { stdin: residentBody }), 'number'));
        const failed = await runProgram(target, 'switch', switchInput(target, number, 'r3'));
        expect([failed.code, failed.stderr]).toEqual([69, expect.stringContaining('mailer is no program of')]);
        expect(running()).toEqual(on('r1'));
      },
    );

    needing().test('what the release shares and was not lent is refused: it would begin empty', async () => {
      await runProgram(target, 'lend', lendInput(target));
      const number = await openAdopting(target, 'r1');
      const refused = await runProgram(target, 'adopt', adoptInput(target, number), {
        stdin: factsOf(target, ['db.sqlite3']),
      });
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('the new release shares media,')]);
    });

    needing().test('what cannot be lent is named', async () => {
      const lend = async (path: string) =>
        (await runProgram(target, 'lend', { ...lendInput(target), env: false, shared: [path] })).stderr;
      mkdirSync(join(target.base, 'shared/media'), { recursive: true });
      expect(await lend('media')).toBe('');
      rmSync(join(target.base, 'shared/media'));
      mkdirSync(join(target.base, 'shared/media'));
      writeFileSync(join(target.base, 'shared/media/old'), '');
      expect(await lend('media')).toContain(`there are both ${target.base}/shared/media and ${target.path}/media`);
      symlinkSync('media', join(target.path, 'pictures'));
      expect(await lend('pictures')).toContain('pictures is a link to');
      expect(await lend('pictures/2026')).toContain('pictures/2026 leads through pictures, which is a link');
    });

    needing().test('is described by what git, its processes and its supervisord say', async () => {
      const git = (...words: string[]) => execFileSync('git', ['-C', target.path, ...words], { env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a' } }); // prettier-ignore
      writeFileSync(join(target.path, '.gitignore'), '.env\n*.sqlite3*\n/media/\n/venv/\n/var/\n/spool\n');
      git('init', '--quiet');
      git('add', '-A');
      git('commit', '--quiet', '-m', 'Begin');
      const asked = async () => {
        const ran = await runProgram(
          target,
          'hand-made',
          { base: target.base, path: target.path, directory: '.', venv: 'venv' },
          { stdin: probeBody },
        );
        expect([ran.code, ran.stderr]).toEqual([0, '']);
        return programs['hand-made'].out(Buffer.from(ran.stdout));
      };
      const committed = exactTree(target.path);
      const made = await asked();
      expect(exactTree(target.path)).toEqual(committed);
      expect(made).toMatchObject({
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        dirty: [],
        venvs: ['venv'],
        env: { names: ['SECRET_KEY'] },
        owners: undefined,
        apart: undefined,
        mounts: [],
        taken: [],
        application: undefined,
      });
      expect([...made.left].sort()).toEqual([
        '.env',
        'db.sqlite3',
        'db.sqlite3-wal',
        'media/',
        'spool',
        'var/',
        'venv/',
      ]);
      expect(made.processes).toHaveLength(3);
      writeFileSync(join(target.path, 'manage.py'), 'changed by hand');
      writeFileSync(join(target.path, 'new file'), '');
      expect((await asked()).dirty).toEqual([' M manage.py', '?? "new file"']);
      rmSync(join(target.path, '.git'), { recursive: true });
      expect(await asked()).toMatchObject({
        commit: undefined,
        gitError: expect.stringContaining('not a git repository'),
      });
    });

    needing().test('is not taken over while a stranger works in it', async () => {
      const number = await noted(target);
      const stands = join(target.base, 'stands');
      const stranger = run(target, ['sh', '-c', `cd '${target.path}' && : >'${stands}' && exec /bin/sleep 600`]);
      while (!existsSync(stands)) await sleep(20);
      rmSync(stands);
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r1'));
      expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('processes still work in')]);
      const [pid] = /\d+\s*$/m.exec(/still work in .*: ([\d ]+)/.exec(failed.stderr)?.[1] ?? '') ?? [];
      process.kill(Number(pid));
      await stranger;
      await runResident(target, 'undo', `t${number}`, 'failed');
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
    });
  },
  'flock',
  'python3',
  'git',
);
