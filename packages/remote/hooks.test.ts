import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { inTurn } from '../../test/lab/in-turn.ts';
import { needing } from '../../test/lab/needs.ts';
import { answered, deployed, open, switchInput, switched } from '../../test/kill/deploy.ts';
import { editTransaction, endProcesses, makeStandIns, mutexFree } from '../../test/kill/host.ts';
import { servingOf } from '../../test/kill/processes.ts';
import { idle, makeRelease, makeTarget, runProgram, runResident, type Target } from '../../test/kill/target.ts';

const sh = (text: string): readonly string[] => ['sh', '-c', text];

/** Notes in `shared/ran` which hook ran, of which release. */
const note = sh('echo "$LANDFALL_HOOK $LANDFALL_RELEASE after ${LANDFALL_PREVIOUS:-nothing}, $LANDFALL_TRANSACTION" >>../../shared/ran'); // prettier-ignore

for (const [turn, shell] of ([['dash'], ['busybox', 'sh']] as const).entries())
  needing(shell[0], 'flock', 'python3').describe(`hooks under ${shell.join(' ')}`, () => {
    const test = inTurn(turn);
    jest.setTimeout(300_000);
    let root: string;
    let target: Target;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-hooks-'));
      makeStandIns(join(root, 'stand-ins'));
      const plain = makeTarget(shell, undefined, root);
      target = { ...plain, searched: `${join(root, 'stand-ins')}:${plain.searched}` };
    });
    afterEach(() => {
      expect(mutexFree(target)).toBe(true);
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    const release = (id: string, hooks: Readonly<Record<string, readonly string[]>>, timeout?: number): void => {
      makeRelease(target, id, { web: idle }, { env: `A='a value'\nNAME=${id}\nnumber=99\nbase=/nowhere\nLANDFALL_HOOK=no\n`, hooks, ...(timeout === undefined ? {} : { timeout }) }); // prettier-ignore
    };
    const hook = (number: number, moment: 'before-switch' | 'after-switch') =>
      runProgram(target, 'hook', { base: target.base, number, moment, limit: 60 });
    const ran = (): string => {
      const file = join(target.base, 'shared/ran');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const serving = () => servingOf(target.base);
    const phase = (): string | undefined =>
      /^phase=(.*)$/m.exec(readFileSync(join(target.base, '.landfall/transaction'), 'utf8'))?.[1];

    test('run in the release, with its variables and those that say what for; what they say is shown, without values', async () => {
      const text = 'pwd; echo "$A, $1"; env | grep ^LANDFALL_ | sort; echo oops >&2; printf "no line end"';
      release('r1', { 'before-switch': [...sh(text), 'sh', 'one word'] });
      const number = Number(answered(await open(target, 'r1'), 'number'));
      const { code, stderr, stdout } = await hook(number, 'before-switch');
      expect(stderr.trimEnd().split('\n')).toEqual([
        'hook before-switch of r1:',
        join(target.base, 'releases/r1'),
        '***, one word',
        'LANDFALL_HOOK=before-switch',
        'LANDFALL_PREVIOUS=',
        'LANDFALL_RELEASE=r1',
        'LANDFALL_TRANSACTION=t1',
        'oops',
        'no line end',
      ]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^remaining=\d+\n$/);
    });

    test('find their program in the environment of the release, in the release, and on the PATH, as services do', async () => {
      release('r1', { 'before-switch': ['tool', 'x'] });
      const bin = join(target.base, 'releases/r1/env/bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'tool'), '#!/bin/sh\necho "tool $1"\n', { mode: 0o755 });
      const facts = join(target.base, 'releases/r1/.landfall/release');
      writeFileSync(facts, readFileSync(facts, 'utf8').replace('venv=\n', 'venv=env\n'));
      await open(target, 'r1');
      expect((await hook(1, 'before-switch')).stderr).toContain('\ntool x\n');
      writeFileSync(join(target.base, 'releases/r1/.landfall/hooks/before-switch'), 'timeout=60\nword=env/bin/tool\nword=y\n'); // prettier-ignore
      expect((await hook(1, 'before-switch')).stderr).toContain('\ntool y\n');
    });

    test('that fail before a switch leave everything as it was', async () => {
      release('r1', { 'before-switch': sh('exit 3') });
      await open(target, 'r1');
      const { code, stderr } = await hook(1, 'before-switch');
      expect(code).toBe(1);
      expect(stderr).toContain('the hook before-switch of r1 failed: exit code 3\n');
      expect(phase()).toBe('open');
      expect(existsSync(join(target.base, 'current'))).toBe(false);
      await runResident(target, 'undo', 't1', 'failed');
      expect(phase()).toBe('undone');
      // it is over: its hook runs no more
      expect((await hook(1, 'before-switch')).code).toBe(80);
    });

    test('that a switch is followed by must end well before it can be confirmed, and are not run twice', async () => {
      release('r1', { 'after-switch': sh('echo once >>../../shared/ran; exit "$(cat ../../shared/exit)"') });
      await switched(target, 'r1');
      const early = await runProgram(target, 'confirm', { base: target.base, number: 1 });
      expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('the hook after-switch of r1') });
      writeFileSync(join(target.base, 'shared/exit'), '1');
      expect((await hook(1, 'after-switch')).code).toBe(1);
      writeFileSync(join(target.base, 'shared/exit'), '0');
      // it has a minute left: the hook's end begins its time anew
      const [uptime = '0'] = readFileSync('/proc/uptime', 'utf8').split('.');
      editTransaction(target, 'deadline', String(Number(uptime) + 60));
      const done = await hook(1, 'after-switch');
      expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/^remaining=(?:600|5\d\d)\n$/) });
      expect((await hook(1, 'after-switch')).code).toBe(0);
      expect(ran()).toBe('once\nonce\n');
      expect((await runProgram(target, 'confirm', { base: target.base, number: 1 })).code).toBe(0);
    });

    test('run before each kind of undo, of the release that is taken back, and hold none up', async () => {
      release('r1', {});
      release('r2', { 'before-undo': note });
      await deployed(target, 'r1');
      await switched(target, 'r2');
      expect((await runResident(target, 'undo', 't2')).code).toBe(0);
      // the host by itself, when the time is over
      await switched(target, 'r2');
      editTransaction(target, 'deadline', '1');
      expect((await runResident(target, 'undo', 'watch')).code).toBe(0);
      // a confirmed one, by hand
      await deployed(target, 'r2');
      expect((await runResident(target, 'undo', 't4')).code).toBe(0);
      expect(ran().split('\n')).toEqual([...[2, 3, 5].map((at) => `before-undo r2 after r1, t${at}`), '']);
      expect(serving()).toEqual(['web on r1']);
      // nothing was switched: nothing is said
      await open(target, 'r2');
      await runResident(target, 'undo', 't6');
      expect(ran().split('\n')).toHaveLength(4);
    });

    test('that fail, hang or are gone before an undo do not hold it up', async () => {
      release('r1', {});
      release('r2', { 'before-undo': sh('/bin/sleep 600') }, 1);
      await deployed(target, 'r1');
      for (const [words, said] of [
        [undefined, 'was ended after 1 s'],
        [sh('exit 7'), 'failed: exit code 7'],
        [['no-such-program'], 'failed: exit code 127'],
      ] as const) {
        const number = await switched(target, 'r2');
        if (words !== undefined) release('r2', { 'before-undo': words });
        const undone = await runResident(target, 'undo', `t${number}`);
        expect(undone).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
        expect(undone.stderr).toContain('going back all the same');
        expect(serving()).toEqual(['web on r1']);
      }
    });

    test('leave nothing behind that holds their end up, or the mutex', async () => {
      const pids = join(root, 'pids');
      release('r1', { 'before-switch': sh(`/bin/sleep 900 & echo $! >>${pids}; setsid /bin/sleep 900 & echo $! >>${pids}; /bin/sleep 1; echo done`) }); // prettier-ignore
      await open(target, 'r1');
      const began = Date.now();
      const { code, stderr } = await hook(1, 'before-switch');
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('\ndone\n') });
      expect(Date.now() - began).toBeLessThan(300_000);
      expect(mutexFree(target)).toBe(true);
      const [ofGroup = 0, ofItsOwn = 0] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      const lives = (pid: number): boolean => {
        try {
          return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        } catch {
          return false;
        }
      };
      while (lives(ofGroup)) await pause(20);
      expect(lives(ofItsOwn)).toBe(true);
      process.kill(ofItsOwn);
    });

    test('do not run after a switch whose time is over: it is taken back instead', async () => {
      release('r1', {});
      release('r2', { 'after-switch': note });
      await deployed(target, 'r1');
      await switched(target, 'r2');
      editTransaction(target, 'deadline', '1');
      expect((await hook(2, 'after-switch')).code).toBe(80);
      expect([phase(), ran(), serving()]).toEqual(['undone', '', ['web on r1']]);
    });

    test('are of the owner of the newest transaction', async () => {
      release('r1', { 'before-switch': note });
      await open(target, 'r1');
      expect((await hook(7, 'before-switch')).code).toBe(79);
      await runProgram(target, 'switch', switchInput(target, 1, 'r1'));
      expect((await hook(1, 'before-switch')).code).toBe(80);
      expect(ran()).toBe('');
    });
  });
