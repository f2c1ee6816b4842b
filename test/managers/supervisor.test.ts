import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { answered, deployed, looked, open, switched, switchInput } from '../kill/deploy.ts';
import { servicesOf, servingOf, supervisorOf } from '../kill/processes.ts';
import {
  idle as plain,
  makeRelease,
  makeTarget,
  runProgram,
  runResident,
  type Ran,
  type Target,
} from '../kill/target.ts';
import { needing } from '../lab/needs.ts';
import { endProcessesBelow } from '../lab/processes.ts';
import { runText } from '../lab/program-run.ts';

const run = promisify(execFile);

needing('python3', 'dash', 'flock', 'setsid').describe('a real supervisor that does not do as it was told', () => {
  let root: string;
  let bin: string;
  let target: Target;

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-supervisor-')));
    bin = join(root, 'venv/bin');
    // the system's folders first: the Python of a version manager would not be the host's
    const env = { ...process.env, PATH: `/usr/local/bin:/usr/bin:/bin:${process.env.PATH ?? ''}` };
    await run('python3', ['-m', 'venv', join(root, 'venv')], { env });
    await run(join(bin, 'pip'), ['install', '--quiet', '--no-compile', 'supervisor==4.3.0'], { env });
  }, 600_000);

  beforeEach(() => {
    const folder = mkdtempSync(join(root, 't-'));
    const plain = makeTarget(['dash'], bin, folder);
    target = { ...plain, searched: `${folder}/front:${plain.searched}` };
    mkdirSync(join(folder, 'front'));
    // no watchdog: it would undo at once what fails here
    stand('setsid', 'case "$*" in\n  *" watch") exit 0 ;;\nesac\nexec /usr/bin/setsid "$@"');
  });

  afterEach(async () => {
    await endProcessesBelow(root);
  });

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Real ones are asked by Python: on a busy machine all takes its time. */
  const boot = 60;
  const idle = { ...plain, boot };
  const scheduler = { ...idle, role: 'scheduler' };

  const serving = (): readonly string[] => [...new Set(servingOf(target.base))];

  const supervisorctl = (...words: readonly string[]) =>
    run(join(bin, 'supervisorctl'), ['-c', join(target.base, '.landfall/run/supervisord.conf'), ...words]);

  const status = async (): Promise<string> => {
    // its exit code is not 0 where something does not run
    const asked = await supervisorctl('status').catch((refused: unknown) => refused as { readonly stdout: string });
    return asked.stdout;
  };

  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await holds()); tries++) if (tries > 600) throw new Error('it does not come to pass');
  };

  const inFront = (name: string): string => join(target.searched.split(':')[0] ?? '', name);

  const stand = (name: string, text: string): void => {
    writeFileSync(inFront(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  };

  /** Stands in front of supervisorctl: cases of sh over its words; the others go to the real one. */
  const disobedient = (cases: string): void => {
    stand('supervisorctl', `case " $* " in\n${cases}\nesac\nexec ${join(bin, 'supervisorctl')} "$@"`);
  };

  const obedient = (): void => {
    rmSync(inFront('supervisorctl'));
  };

  /** Asks supervisord by its socket alone, as the programs on a host do. */
  const told = async (
    ...words: readonly string[]
  ): Promise<{ readonly code: number | null; readonly said: string }> => {
    const texts = ['common', 'rpc'].map((name) => readFileSync(`packages/remote/${name}.sh`, 'utf8'));
    // where no Python is named, supervisorctl is asked: here that would be seen
    const text = `${texts.join('')}speaker >/dev/null || exit 99\nlf=$1\nshift\nsupervisorctl_within 60 "$@"\n`;
    const env = { ...process.env, PATH: target.searched };
    const { code, stdout } = await runText(['dash'], text, [join(target.base, '.landfall'), ...words], '', env);
    return { code, said: stdout.toString() };
  };

  /** Opens, and switches to r2. */
  const toR2 = async (): Promise<Ran> => {
    const number = Number(answered(await open(target, 'r2'), 'number'));
    return runProgram(target, 'switch', switchInput(target, number, 'r2'));
  };

  test('it is told and says the same on its socket as by supervisorctl', async () => {
    makeRelease(target, 'r1', { web: idle, tasks: { ...idle, role: 'worker' } });
    await deployed(target, 'r1');
    /** Names and states; how long it has been so is another moment's. */
    const states = (printed: string) =>
      printed
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(0, 4).join(' '));

    expect(states((await told('status')).said)).toEqual(states(await status()));
    expect(await told('pid')).toEqual({ code: 0, said: `${supervisorOf(target.base) ?? ''}\n` });
    expect(await told('stop', 'web')).toEqual({ code: 0, said: 'web: stopped\n' });
    expect(await told('stop', 'web')).toEqual({ code: 1, said: 'web: ERROR (NOT_RUNNING: web)\n' });
    expect(states((await told('status')).said)).toEqual(states(await status()));
    expect(serving()).toEqual(['tasks on r1']);
    expect(await told('restart', 'web', 'tasks')).toEqual({
      code: 1,
      said: 'web: ERROR (NOT_RUNNING: web)\ntasks: stopped\nweb: started\ntasks: started\n',
    });
    expect(await told('start', 'nobody')).toEqual({ code: 1, said: 'nobody: ERROR (BAD_NAME: nobody)\n' });
    expect(serving()).toEqual(['tasks on r1', 'web on r1']);
    process.kill(supervisorOf(target.base) ?? 0, 'SIGKILL');
    expect((await told('pid')).code).not.toBe(0);
  }, 300_000);

  test('it has time for others while it waits for a service that stops slowly', async () => {
    const slow = ['/bin/sh', '-c', 'trap "sleep 10; exit 0" TERM; while :; do sleep 0.1; done'];
    makeRelease(target, 'r1', { web: { words: slow, drain: 60, boot } });
    await deployed(target, 'r1');
    /** Its own processor time: ticks of 1/100 s, proc_pid_stat(5). */
    const used = (): number => {
      const [, fields = ''] = readFileSync(`/proc/${supervisorOf(target.base) ?? 0}/stat`, 'latin1').split(') ');
      const [user, system] = fields.split(' ').slice(11, 13).map(Number);
      return (user ?? NaN) + (system ?? NaN);
    };
    const before = used();
    expect(await told('stop', 'web')).toEqual({ code: 0, said: 'web: stopped\n' });
    expect(serving()).toEqual([]);
    // some 20 of these 1,000; asked to wait by itself, it takes all that it can have
    expect(used() - before).toBeLessThan(150);
  }, 300_000);

  test.each(['web', 'queue'])(
    'an update that fails is no success: the switch fails (%s)',
    async (which) => {
      makeRelease(target, 'r1', { web: idle, tasks: { ...idle, role: 'worker' } });
      makeRelease(target, 'r2', { web: { ...idle, drain: 7 }, queue: { ...idle, role: 'worker' } });
      await deployed(target, 'r1');
      disobedient(`*" update "*"${which} "*) exit 1 ;;`);
      const failed = await toR2();
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('supervisor has not taken up all of its files');
      // the next one asks
      expect(existsSync(join(target.base, '.landfall/run/known'))).toBe(false);
      obedient();
      expect(await runResident(target, 'undo', 't2')).toMatchObject({ code: 0 });
      expect(serving()).toEqual(['tasks on r1', 'web on r1']);
    },
    300_000,
  );

  test('a scheduler of the release before that runs on under its former name is found, and the new one is not started beside it', async () => {
    makeRelease(target, 'r1', { web: idle, beat: scheduler });
    makeRelease(target, 'r2', { web: idle, clock: scheduler });
    await deployed(target, 'r1');
    const beat = servicesOf(target.base).find(({ service }) => service === 'beat')?.pid ?? 0;
    const real = join(bin, 'supervisorctl');
    disobedient(`*" stop beat "*) exit 0 ;;\n*" update "*) exec ${real} -c "$2" update clock ;;`);
    const failed = await toR2();
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`beat ${beat} r1 stale`);
    expect(serving()).toEqual(['beat on r1', 'web on r2']);
    expect((await looked(target)).ran.stdout).toContain(`\nprocess=beat ${beat} r1 stale\n`);
    obedient();
    expect(await runResident(target, 'undo', 't2')).toMatchObject({ code: 0 });
    expect(serving()).toEqual(['beat on r1', 'web on r1']);
  }, 300_000);

  test('what is stopped when the release is looked at already, or is still stopping, is started again', async () => {
    // longer than the time to boot
    const slow = ['/bin/sh', '-c', 'trap "sleep 30; exit 0" TERM; while :; do sleep 0.1; done'];
    makeRelease(target, 'r1', {
      web: { ...plain, boot: 15 },
      tasks: { words: slow, role: 'worker', drain: 60, boot: 15 },
      beat: { ...scheduler, boot: 15 },
    });
    const number = await switched(target, 'r1');
    const again = () => runProgram(target, 'switch', switchInput(target, number, 'r1'));
    const all = ['beat on r1', 'tasks on r1', 'web on r1'];
    await supervisorctl('stop', 'web');
    expect(await again()).toMatchObject({ code: 0 });
    expect(serving()).toEqual(all);
    const stopping = supervisorctl('stop', 'tasks');
    await until(async () => / STOPPING/.test(await status()));
    expect(await again()).toMatchObject({ code: 0 });
    await stopping;
    expect(serving()).toEqual(all);
  }, 300_000);

  test('one that is shutting down is waited for, and another takes its place', async () => {
    const slow = ['/bin/sh', '-c', 'trap "sleep 6; exit 0" TERM; while :; do sleep 0.1; done'];
    makeRelease(target, 'r1', { web: { words: slow, drain: 20, boot } });
    makeRelease(target, 'r2', { web: { words: slow, drain: 20, boot } });
    await deployed(target, 'r1');
    const ending = supervisorOf(target.base);
    await supervisorctl('shutdown');
    expect(await toR2()).toMatchObject({ code: 0 });
    expect(serving()).toEqual(['web on r2']);
    expect(supervisorOf(target.base)).not.toBe(ending);
  }, 300_000);

  test('services whose descriptions change stop side by side', async () => {
    const order = join(root, 'order');
    // each waits until both were told to stop
    const both = `until [ "$(grep -c term ${order})" = 2 ]; do sleep 0.1; done`;
    const trap = `echo term >>${order}; ${both}; echo end >>${order}; exit 0`;
    const slow = ['/bin/sh', '-c', `trap '${trap}' TERM; while :; do sleep 0.1; done`];
    const services = (drain: number) => {
      const service = { words: slow, drain, boot };
      return { one: service, two: service, beat: scheduler };
    };
    makeRelease(target, 'r1', services(30));
    makeRelease(target, 'r2', services(40));
    await deployed(target, 'r1');
    expect((await looked(target)).ran.stdout).toContain('\npace=2 30 60\n');
    expect(await toR2()).toMatchObject({ code: 0 });
    expect(readFileSync(order, 'utf8')).toBe('term\nterm\nend\nend\n');
    expect(serving()).toEqual(['beat on r2', 'one on r2', 'two on r2']);
  }, 300_000);
});
