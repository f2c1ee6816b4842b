import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../kill/mutant.ts';
import { positions, withLine, withLines } from '../kill/positions.ts';
import type { Target } from '../kill/target.ts';
import type { ZombieCase } from './zombie-cases.ts';

/** A program that was started. `ended` resolves to its exit code or signal. */
export type Sleeper = { readonly line: number; readonly pid: number; readonly ended: Promise<string> };

const stateOf = (pid: number): string => {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
};

const start = (target: Target, { args, stdin, resident }: ZombieCase, text: string, line: number): Sleeper => {
  const file = join(target.base, '.landfall', `undo-asleep-${line}`);
  if (resident === true) writeFileSync(file, text);
  const [shell = 'sh', ...words] = target.shell;
  const program = resident === true ? [file] : ['-c', text, 'program'];
  const child = spawn(shell, [...words, ...program, ...args(target)], {
    cwd: '/',
    env: { PATH: target.searched, HOME: '/nonexistent' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  return {
    line,
    pid: child.pid ?? 0,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      // not `close`: what it started may hold its output
      child.on('exit', (code, signal) => {
        resolve(code === null ? (signal ?? '') : String(code));
      });
    }),
  };
};

const linesOf = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];

/** The lines at which the program does not hold the mutex, as the case wants them, and how many there are at which it does. */
export const linesToSleepAt = async (
  target: Target,
  zombie: ZombieCase,
): Promise<{ lines: readonly number[]; held: number }> => {
  const notes = join(target.base, '..', 'reached');
  const mutex = join(target.base, '.landfall/mutex');
  rmSync(notes, { force: true });
  const note = `_at() { _status=$?; if [ -e '${mutex}' ] && ! flock -n '${mutex}' true; then echo "$1 held" >>'${notes}'; else echo "$1 free" >>'${notes}'; fi; return "$_status"; }\n`;
  const texts = zombie.text.split('\n');
  // a command behind ||, && or | would be another's
  const all = positions(target.shell, zombie.text).filter((line) => !/[|&]$/.test(texts[line - 1] ?? ''));
  const traced = start(
    target,
    zombie,
    note + withLines(zombie.text, all, (line, old) => call(old).replace('_at', `_at ${line}`)),
    0,
  );
  if (zombie.endless === true) {
    for (let tries = 0; tries < 2000 && !linesOf(notes).some((line) => line.endsWith(' held')); tries++)
      await sleep(10);
    await zombie.closes?.(target);
  }
  const code = await traced.ended;
  if (code !== '0') throw new Error(`${zombie.name}, with a note after each line, ended with ${code}`);
  const seen = new Map<number, string>();
  let held = 0;
  for (const text of linesOf(notes)) {
    const [line = '', state = ''] = text.split(' ');
    if (state === 'held') held += 1;
    // where a line is reached more than once, it falls asleep the first time
    if (!seen.has(Number(line))) seen.set(Number(line), state === 'held' ? state : held > 0 ? 'after' : 'before');
  }
  const wanted = zombie.after === true ? 'after' : 'before';
  const lines = [...seen].filter(([, state]) => state === wanted).map(([line]) => line);
  return { lines, held: [...seen.values()].filter((state) => state === 'held').length };
};

/** A line may be reached again. */
const once = '[ -n "${_slept:-}" ] || { _slept=yes; kill -STOP $$; }';

/** Starts the program so that it stops itself after a line. Undefined: it did not get there, for it waits for another one that sleeps. */
export const asleep = async (target: Target, zombie: ZombieCase, line: number): Promise<Sleeper | undefined> => {
  const sleeper = start(target, zombie, withLine(zombie.text, line, once), line);
  const over = { is: false };
  void sleeper.ended.then(() => {
    over.is = true;
  });
  const until = performance.now() + (zombie.endless === true ? 10_000 : 60_000);
  while (stateOf(sleeper.pid) !== 'T') {
    if (over.is) return undefined;
    if (performance.now() > until) {
      process.kill(sleeper.pid, 'SIGKILL');
      return undefined;
    }
    await sleep(2);
  }
  return sleeper;
};

/** Lets it go on, and waits for its end. */
export const wake = async ({ pid, ended }: Sleeper): Promise<string> => {
  process.kill(pid, 'SIGCONT');
  const code = await Promise.race([ended, sleep(300_000, 'did not end', { ref: false })]);
  if (code === 'did not end') process.kill(pid, 'SIGKILL');
  return code;
};

/** Ends one that still sleeps. */
export const endSleeper = ({ pid }: Sleeper): void => {
  if (stateOf(pid) === 'T') process.kill(pid, 'SIGKILL');
};
