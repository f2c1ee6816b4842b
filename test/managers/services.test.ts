import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { answered, deployed, open, switchInput } from '../kill/deploy.ts';
import { servicesOf } from '../kill/processes.ts';
import {
  idle as plain,
  makeRelease,
  makeTarget,
  runProgram,
  runResident,
  type Service,
  type Target,
} from '../kill/target.ts';
import { freePort } from '../lab/port.ts';
import { needing } from '../lab/needs.ts';
import { endProcessesBelow } from '../lab/processes.ts';

const run = promisify(execFile);
const requirements = ['supervisor==4.3.0', 'celery==5.5.3'];
const application = new URL('../apps/queue/', import.meta.url).pathname;

needing('python3', 'dash', 'flock', 'setsid').describe('services of several roles under a real supervisor', () => {
  let root: string;
  let bin: string;
  let target: Target;

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-services-')));
    bin = join(root, 'venv/bin');
    // the system's folders first: the Python of a version manager would not be the host's
    const env = { ...process.env, PATH: `/usr/local/bin:/usr/bin:/bin:${process.env.PATH ?? ''}` };
    await run('python3', ['-m', 'venv', join(root, 'venv')], { env });
    await run(join(bin, 'pip'), ['install', '--quiet', '--no-compile', ...requirements], { env });
  }, 600_000);

  beforeEach(() => {
    target = makeTarget(['dash'], bin, mkdtempSync(join(root, 't-')));
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

  const noted = (name: string): readonly string[] => {
    const file = join(target.base, 'shared', name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const notes = () => noted('notes');

  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await holds()); tries++) {
      if (tries > 3000) throw new Error('it does not come to pass');
      await sleep(100);
    }
  };

  /** Runs some Python beside the application's tasks. */
  const client = async (text: string): Promise<string> => {
    const env = { ...process.env, SHARED: join(target.base, 'shared') };
    return (await run(join(bin, 'python'), ['-c', `from tasks import app, slow\n${text}`], { env, cwd: application }))
      .stdout;
  };

  const log = (): string => readFileSync(join(target.base, '.landfall/run/supervisord.log'), 'latin1');

  /** A service's state now, in supervisor's word. */
  const state = async (service: string): Promise<string | undefined> => {
    const words = ['-c', join(target.base, '.landfall/run/supervisord.conf'), 'status', service];
    // its exit code is not 0 where it does not run
    const asked = run(join(bin, 'supervisorctl'), words).catch((told: unknown) => told as { readonly stdout: string });
    return (await asked).stdout.split(/\s+/)[1];
  };

  /** What supervisor did since, in its words: `stopped worker`. */
  const acts = (from: number): readonly string[] =>
    log()
      .slice(from)
      .split('\n')
      .flatMap((line) => {
        const found = / (?:(stopped|spawned): '?([\w-]+)|(killing) '([\w-]+)')/.exec(line);
        const words = found?.slice(1).filter(Boolean) ?? [];
        return words.length === 0 ? [] : [words.join(' ')];
      })
      .filter((act, index, all) => all.indexOf(act) === index);

  /** Looks on while something runs: the most schedulers that there were at a time, and who answered when. */
  const watching = async <T>(port: number, body: () => Promise<T>) => {
    const over = new AbortController();
    let schedulers = 0;
    const answers: { readonly at: number; readonly release: string }[] = [];
    const looking = (async () => {
      while (!over.signal.aborted) {
        schedulers = Math.max(schedulers, servicesOf(target.base).filter(({ service }) => service === 'beat').length);
        const at = performance.now();
        // one that is cut within its body is none, too
        const release = await fetch(`http://127.0.0.1:${port}/`)
          .then((answer) => answer.text())
          .catch(() => '');
        answers.push({ at, release });
        await sleep(20);
      }
    })();
    const result = await body().finally(() => {
      over.abort();
    });
    await looking;
    const longest = answers.reduce(
      ({ since, most }, { at, release }) =>
        release === '' ? { since, most: Math.max(most, at - since) } : { since: at, most },
      { since: answers[0]?.at ?? 0, most: 0 },
    );
    return { result, schedulers, gap: longest.most };
  };

  needing('python3').test(
    'a task that runs is finished once, within its drain and outside of the gap; there are never two schedulers; an undo goes the same way',
    async () => {
      const port = await freePort();
      const celery = (...words: readonly string[]) => [join(bin, 'celery'), '-A', 'tasks', ...words, '--loglevel=info'];
      const services = (drain: number): Readonly<Record<string, Service>> => ({
        web: { words: [join(bin, 'python'), 'serve.py', `${port}`], listen: `${port}`, drain: 60, boot },
        worker: { words: celery('worker', '--concurrency=2'), role: 'worker', drain, boot },
        beat: { words: celery('beat', '-s', join(target.base, 'shared/schedule')), role: 'scheduler', drain: 60, boot },
      });
      for (const [id, drain] of [
        ['r1', 120],
        ['r2', 30],
      ] as const) {
        makeRelease(target, id, services(drain), { env: `SHARED=${join(target.base, 'shared')}\n` });
        for (const name of ['tasks.py', 'serve.py'])
          copyFileSync(join(application, name), join(target.base, 'releases', id, name));
      }
      await deployed(target, 'r1');
      const task = (await client('print(slow.delay(100).id)')).trim();
      await until(() => notes().includes('begun by r1'));

      const number = Number(answered(await open(target, 'r2'), 'number'));
      const before = log().length;
      const go = join(target.base, 'shared/go');
      const release = async (): Promise<void> => {
        await until(async () => (await state('worker')) === 'STOPPING');
        // longer than the 10 s that supervisor would give it by itself
        await sleep(40_000);
        await until(() => acts(before).includes('spawned web'));
        writeFileSync(go, '');
      };
      const [there] = await Promise.all([
        watching(port, () => runProgram(target, 'switch', switchInput(target, number, 'r2'))),
        release(),
      ]);
      rmSync(go);
      expect(there.result).toMatchObject({ code: 0 });
      expect(notes()).toEqual(['begun by r1', 'done by r1']);
      expect(noted('order')).toEqual(['r1: the worker was told before web ended']);
      expect(await client(`print(app.AsyncResult('${task}').get(timeout=60))`)).toBe('r1\n');
      expect(there.schedulers).toBe(1);
      expect(there.gap).toBeGreaterThan(0);
      // the task went on for 40 s
      expect(there.gap).toBeLessThan(39_000);
      expect(there.result.stdout).toMatch(/^process=beat \d+ r2 ok$/m);
      expect(acts(before)).toEqual([
        'stopped beat',
        ...['stopped web', 'spawned web', 'stopped worker', 'spawned worker', 'spawned beat'],
      ]);

      // and a task that takes longer than the drain of its release is ended, by an undo too
      await client('slow.delay(60)');
      await until(() => notes().includes('begun by r2'));
      const switched = log().length;
      const back = await watching(port, () => runResident(target, 'undo', 't2'));
      expect(back.result).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
      expect(notes()).not.toContain('done by r2');
      expect(noted('order')).toContain('r2: the worker was told before web ended');
      expect(back.schedulers).toBe(1);
      expect(acts(switched)).toEqual([
        'stopped beat',
        ...['stopped web', 'spawned web', 'killing worker', 'stopped worker', 'spawned worker', 'spawned beat'],
      ]);
      expect(new Set(servicesOf(target.base).map(({ release }) => release))).toEqual(new Set(['r1']));
    },
    600_000,
  );

  needing('python3').test(
    'a switch that is killed while services are stopping is undone all the same',
    async () => {
      const go = join(root, 'go');
      const trap = `until [ -e ${go} ]; do sleep 0.1; done; exit 0`;
      const slow = ['/bin/sh', '-c', `trap '${trap}' TERM; while :; do sleep 0.1; done`];
      const services = {
        web: { words: slow, drain: 120, boot },
        worker: { words: slow, drain: 120, boot, role: 'worker' },
        beat: { ...idle, role: 'scheduler' },
      };
      for (const id of ['r1', 'r2']) makeRelease(target, id, services);
      await deployed(target, 'r1');
      await open(target, 'r2');
      const switching = runProgram(target, 'switch', switchInput(target, 2, 'r2'));
      await until(async () => (await state('web')) === 'STOPPING');
      process.kill(-Number(readFileSync(join(target.base, '.landfall/running'), 'utf8').split(' ')[0]), 'SIGKILL');
      expect(await switching).toMatchObject({ signal: 'SIGKILL' });
      const undone = runResident(target, 'undo', 't2');
      const transaction = join(target.base, '.landfall/transaction');
      await until(() => /^phase=undoing$/m.test(readFileSync(transaction, 'utf8')));
      // they are still stopping when it comes to them
      await sleep(3000);
      writeFileSync(go, '');
      expect(await undone).toMatchObject({ stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
      expect(
        servicesOf(target.base)
          .map(({ service, release }) => `${service} on ${release}`)
          .filter((line, index, all) => all.indexOf(line) === index)
          .sort(),
      ).toEqual(['beat on r1', 'web on r1', 'worker on r1']);
    },
    300_000,
  );
});
