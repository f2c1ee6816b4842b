/** Units of the system are adopted, stopped and started by what sudo allows: the programs on a host, over real files and processes. */
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { theirProgramsOf } from '../../packages/remote/hand-made.ts';
import { adopted, confirmedAdopting, installByHand, noted, switchedAdopting } from '../kill/adoption.ts';
import { deployed, switchInput } from '../kill/deploy.ts';
import { editTransaction, endProcesses, makeSudo } from '../kill/host.ts';
import { servingOf } from '../kill/processes.ts';
import { makeTarget, run, runProgram, runResident, type Target } from '../kill/target.ts';
import { exactTree } from '../lab/exact-tree.ts';
import { needing } from '../lab/needs.ts';
import { eachShell } from '../lab/program-run.ts';

eachShell(
  'an installation made by hand, of units of the system',
  (shell) => {
    let root: string;
    let target: Target;
    let before: readonly string[];
    let definitions: readonly string[];

    beforeEach(async () => {
      root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-adopt-')));
      const plain = makeTarget(shell, undefined, root);
      makeSudo(join(root, 'allowed'));
      const home = join(plain.base, 'home');
      target = await installByHand({ ...plain, home, searched: `${join(root, 'allowed')}:${plain.searched}` }, 'units');
      before = exactTree(target.path);
      definitions = exactTree(join(home, '.config/systemd/system'));
    });
    afterEach(() => {
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    const running = () => servingOf(target.base);
    const on = (release: string) => ['beat', 'tasks', 'web'].map((name) => `${name} on ${release}`);
    const untouched = () => {
      expect(exactTree(target.path)).toEqual(before);
      expect(running()).toEqual(on('hand-made'));
      expect(exactTree(join(target.home ?? '', '.config/systemd/system'))).toEqual(definitions);
    };
    /** From now on sudo allows no more than this. */
    const allow = (...commands: readonly string[]) => {
      rmSync(join(root, 'allowed'), { recursive: true });
      makeSudo(join(root, 'allowed'), commands);
    };
    const all = ['web', 'tasks', 'beat'].flatMap((name) => [
      `/usr/bin/systemctl stop ${name}.service`,
      `/usr/bin/systemctl reset-failed ${name}.service`,
      `/usr/bin/systemctl --no-block start ${name}.service`,
    ]);

    needing().test('is taken over by the switch, and given back by an undo exactly as it was', async () => {
      allow(...all);
      const number = await switchedAdopting(target, 'units');
      expect(running()).toEqual(on('r1'));
      const status = await runResident(target, 'status');
      expect(status.stdout).toMatch(/^process +web \d+ on r1: ok$/m);
      const undone = await runResident(target, 'undo', `t${number}`);
      expect([undone.code, undone.stderr]).toEqual([0, expect.stringContaining(`${adopted} serves`)]);
      untouched();
    });

    needing().test('is given back when the host was started anew before anybody confirmed', async () => {
      await switchedAdopting(target, 'units');
      editTransaction(target, 'boot', 'another/1');
      // the boot has yet to start one of them: what would start it while names change is taken back
      await run(target, ['systemctl', 'stop', 'tasks.service']);
      expect((await runResident(target, 'undo', 'recover')).code).toBe(0);
      untouched();
    });

    needing().test('deploys go on, and an undo goes back to what was adopted', async () => {
      const number = await confirmedAdopting(target, 'units');
      const undone = await runResident(target, 'undo', `t${number}`);
      expect(undone.code).toBe(0);
      expect(running()).toEqual(on(adopted));
      await deployed(target, 'r2');
      expect(running()).toEqual(on('r2'));
    });

    needing().test(
      'a later deploy asks before its switch: what sudo does not allow yet, and which service has no unit',
      async () => {
        await confirmedAdopting(target, 'units');
        const folder = join(target.home ?? '', '.config/systemd/system');
        copyFileSync(join(folder, 'tasks.service'), join(folder, 'mail.service'));
        allow(...all.slice(1));
        const asked = await runProgram(target, 'their-programs', {
          base: target.base,
          services: ['web', 'tasks', 'mail', 'none'],
        });
        const { absent, barred, units, ...rest } = theirProgramsOf(Buffer.from(asked.stdout));
        expect(absent).toEqual(['none']);
        expect(barred).toEqual([all[0], ...all.slice(0, 3).map((line) => line.replace('web', 'mail'))]);
        // beat runs, though this release does not have it any more
        expect(units.map(({ name }) => name)).toEqual(
          ['web', 'tasks', 'mail', 'beat'].map((name) => `${name}.service`),
        );
        expect(rest).toEqual({ keeper: 'units', conf: expect.any(String), sudo: true });
        expect(running()).toEqual(on('r1'));
      },
    );

    needing().test('a unit that root has deleted, with its lines, is not asked for for ever', async () => {
      await confirmedAdopting(target, 'units');
      await run(target, ['systemctl', 'stop', 'beat.service']);
      rmSync(join(target.home ?? '', '.config/systemd/system/beat.service'));
      allow(...all.filter((line) => !line.includes('beat')));
      const asked = await runProgram(target, 'their-programs', { base: target.base, services: ['web', 'tasks'] });
      const { absent, barred, units } = theirProgramsOf(Buffer.from(asked.stdout));
      expect([absent, barred]).toEqual([[], []]);
      expect(units.map(({ name }) => name)).toEqual(['web.service', 'tasks.service']);
    });

    needing().test(
      "of root's supervisord, which may not be asked, the lines for a new service are told all the same",
      async () => {
        await confirmedAdopting(target, 'units');
        const facts = join(target.base, '.landfall/adopted/release');
        writeFileSync(facts, readFileSync(facts, 'utf8').replace('keeper=units', 'keeper=root'));
        allow('/usr/bin/true');
        const asked = await runProgram(target, 'their-programs', { base: target.base, services: ['mail'] });
        const { absent, barred } = theirProgramsOf(Buffer.from(asked.stdout));
        const words = [
          'status',
          ...['mail', 'web', 'tasks', 'beat'].flatMap((name) => [`stop ${name}`, `start ${name}`]),
        ];
        expect(absent).toEqual([]);
        expect(barred.map((line) => line.replace(/^\S*supervisorctl -c \S+ /, '')).sort()).toEqual(words.sort());
      },
    );

    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['one order', all.slice(1)],
      ['without a password', ['PASSWD: ALL']],
      ['after all', ['ALL', `!${all[0] ?? ''}`]],
      ['nothing', ['/usr/bin/true']],
    ];
    for (const [what, commands] of cases)
      needing().test(
        `where sudo does not allow it (${what}), the switch ends before it changes anything, and names it`,
        async () => {
          const number = await noted(target, 'units');
          allow(...commands);
          const refused = await runProgram(target, 'switch', switchInput(target, number, 'r1'));
          expect([refused.code, refused.stderr]).toEqual([
            69,
            expect.stringContaining('/usr/bin/systemctl stop web.service'),
          ]);
          untouched();
        },
      );
  },
  'flock',
  'python3',
);
