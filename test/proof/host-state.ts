import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesBelow } from '../lab/processes.ts';
import { servicesOf, supervisorOf } from '../kill/processes.ts';

/** A target on a machine that this process can look at: what lies there, without asking any program of it. */
export type At = { readonly dir: string; readonly base: string };

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** A value of the transaction file; empty: there is none. */
export const fact = ({ base }: At, key: string): string =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(read(join(base, '.landfall/transaction')))?.[1] ?? '';

/** The release that `current` leads to; empty: it leads nowhere. */
export const currentOf = ({ base }: At): string => {
  try {
    return readlinkSync(join(base, 'current')).replace(/^releases\//, '');
  } catch {
    return '';
  }
};

/** The release that was confirmed last; empty: none ever was. */
export const liveOf = (at: At): string => fact(at, fact(at, 'phase') === 'confirmed' ? 'release' : 'previous');

/** Nobody holds the mutex: whoever has just written its last word ends within seconds, a leak never does. */
export const mutexFree = ({ base }: At): boolean =>
  !existsSync(join(base, '.landfall/mutex')) ||
  spawnSync('flock', ['-w', '60', join(base, '.landfall/mutex'), 'true']).status === 0;

const words = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

const parentOf = (pid: number): number => Number(/^.*\) . (\d+) /.exec(read(`/proc/${pid}/stat`))?.[1] ?? 0);

/** The pids of every supervisord of the target. */
export const supervisorsOf = ({ base }: At): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => /supervisord -c /.test(words(pid)) && words(pid).includes(`${base}/.landfall/run/supervisord.conf`),
    );

const below = (pid: number, top: ReadonlySet<number>): boolean => {
  for (let at = pid; at > 1; at = parentOf(at)) if (top.has(at)) return true;
  return false;
};

/** What is at work on the host beside the services: programs of a run, an undo. A watchdog counts until the transaction is closed. */
export const atWork = (at: At): readonly string[] => {
  const closed = ['', 'confirmed', 'undone', 'held'].includes(fact(at, 'phase'));
  const all = processesBelow(at.dir);
  const calm = new Set([
    ...supervisorsOf(at),
    ...(closed ? all.filter((pid) => words(pid).includes('/undo watch')) : []),
  ]);
  return all
    .filter((pid) => !below(pid, calm))
    .map((pid) => `${pid} ${words(pid)}`.trim())
    .filter((line) => line.includes(' '));
};

/** Waits until nothing is at work any more. Throws after the time, saying what still is. */
export const calm = async (at: At, ms = 180_000): Promise<void> => {
  const until = performance.now() + ms;
  for (;;) {
    const busy = atWork(at);
    if (busy.length === 0) return;
    if (performance.now() > until) throw new Error(`still at work after ${ms / 1000} s: ${busy.join('; ')}`);
    await sleep(40);
  }
};

/** An open transaction of a dead run: makes its silence two minutes longer, so that nobody has to wait that long for it. */
export const age = (at: At): void => {
  for (const [name, aged] of [
    ['transaction', (text: string) => text.replace(/^opened=(\d+)$/m, (_, at: string) => `opened=${Number(at) - 120}`)],
    [
      `beat.${fact(at, 'driver')}`,
      (text: string) => text.replace(/(\d+)\s*$/, (_, at: string) => `${Number(at) - 120}\n`),
    ],
  ] as const) {
    const file = join(at.base, '.landfall', name);
    if (!existsSync(file)) continue;
    writeFileSync(`${file}.aged`, aged(read(file)));
    renameSync(`${file}.aged`, file);
  }
};

/**
 * What is wrong with a target whose transaction should be closed: empty, one whole release serves, in every process, or where none was
 * ever confirmed nothing does. `serving` is the release that answers at the public address.
 */
export const wrongWith = async (at: At, serving: () => Promise<string | undefined>): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const phase = fact(at, 'phase');
  const live = liveOf(at);
  if (!['', 'confirmed', 'undone'].includes(phase)) wrong.push(`the transaction is ${phase}`);
  if (!mutexFree(at)) wrong.push('the mutex is held');
  if (currentOf(at) !== live) wrong.push(`current leads to ${currentOf(at) || 'nothing'}, not to ${live || 'nothing'}`);
  const services = servicesOf(at.base);
  const stray = services.filter(({ release }) => release !== live);
  if (stray.length > 0)
    wrong.push(`processes of ${stray.map(({ pid, release }) => `${release} (${pid})`).join(', ')} run`);
  const supervisors = supervisorsOf(at);
  const answer = await serving();
  if (live === '') {
    if (supervisors.length > 0)
      wrong.push(`supervisord ${supervisors.join(', ')} runs, though nothing was ever confirmed`);
    if (answer !== undefined) wrong.push(`${answer} answers, though nothing was ever confirmed`);
    return wrong;
  }
  for (const file of ['RELEASE.json', '.landfall/release', '.landfall/services/web'])
    if (!existsSync(join(at.base, 'releases', live, file))) wrong.push(`${live} has no ${file}`);
  if (supervisors.length !== 1 || supervisorOf(at.base) !== supervisors[0])
    wrong.push(`${supervisors.length} supervisord run: ${supervisors.join(', ')}`);
  if (services.length === 0) wrong.push('no process of a service runs');
  if (answer !== live) wrong.push(`${answer ?? 'nothing'} answers, not ${live}`);
  return wrong;
};
