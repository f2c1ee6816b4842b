import { closeSync, openSync, readFileSync, readlinkSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readState, whatIsSeen } from './host.ts';
import { holding } from './mutant.ts';
import { processes, servicesOf, supervisorOf } from './processes.ts';
import { execute, type Scenario } from './scenario.ts';
import type { Ran, Target } from './target.ts';

/** A line behind which a program was held, for the `visit`th time. */
export type Held = {
  readonly line: number;
  readonly visit: number;
  /** What a kill would leave there, as `whatIsSeen` says it; undefined: something else of the program was at work, and would have gone on or not. */
  readonly left: string | undefined;
};

type Process = { readonly pid: number; readonly state: string; readonly parent: number; readonly group: number };

const read = (pid: number): Process | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent, group] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return /[ZX]/.test(state) ? undefined : { pid, state, parent: Number(parent), group: Number(group) };
  } catch {
    return undefined; // it has ended
  }
};

/** Does it work in the base, or with something of it? */
const concerns = (pid: number, base: string): boolean => {
  try {
    return (
      `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${base}/`) ||
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`${base}/`)
    );
  } catch {
    return false; // it has ended
  }
};

/** The program that leads the group, and all that began with it or since and is of it; what is to stay, services and their supervisord, is state. */
const family = ({ base }: Target, leader: number, older: ReadonlySet<number>): readonly Process[] => {
  const young = processes()
    .filter((pid) => !older.has(pid))
    .map(read)
    .filter((one) => one !== undefined);
  const parents = new Map(young.map(({ pid, parent }) => [pid, parent]));
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === leader || descends(parents.get(pid)));
  const stay = new Set([...servicesOf(base, [...parents.keys()]).map(({ pid }) => pid), supervisorOf(base)]);
  return young.filter(({ pid, group }) => !stay.has(pid) && (group === leader || descends(pid) || concerns(pid, base)));
};

/**
 * Runs a program once, and holds it behind each line of these, up to so many times: SIGSTOP reaches whom SIGKILL would.
 */
export const heldAtEachLine = async (
  target: Target,
  scenario: Scenario,
  at: ReadonlyMap<number, number>,
): Promise<{ readonly ran: Ran; readonly held: readonly Held[] }> => {
  const file = join(target.base, '..', 'reached');
  writeFileSync(file, '');
  const notes = openSync(file, 'r');
  const bytes = Buffer.alloc(65_536);
  /** `line visit` of all that have noted themselves since it was asked last. */
  const noted = (): readonly string[] =>
    bytes
      .toString('latin1', 0, readSync(notes, bytes))
      .split('\n')
      .filter((text) => text !== '');
  const older = new Set(processes());
  const held = new Map<string, Held>();
  let leader = 0;
  const look = async (): Promise<void> => {
    let all = family(target, leader, older);
    // the signal may be on its way to some. One in D waits for a child of its own that is held before it becomes another program
    const goesOn = ({ group, state }: Process): boolean => group === leader && state !== 'T' && state !== 'D';
    for (let tries = 0; all.some(goesOn) && tries < 2000; tries++) {
      await sleep(1);
      all = family(target, leader, older);
    }
    const whole = all.every((one) => one.group === leader && !goesOn(one));
    for (const text of noted()) {
      const [line = 0, visit = 0] = text.split(' ').map(Number);
      if (!held.has(text)) held.set(text, { line, visit, left: whole ? whatIsSeen(readState(target)) : undefined });
    }
  };
  /** Is it held? Where its leader waits for one that is, this is seen a little later. */
  const isHeld = (tick: number): boolean =>
    leader > 0 &&
    (read(leader)?.state === 'T' ||
      (tick % 100 === 99 && family(target, leader, older).some(({ state }) => state === 'T')));
  try {
    const over = { is: false };
    const ended = execute(target, scenario, holding(scenario.text, at, file), (pid) => {
      leader = pid;
    }).finally(() => {
      over.is = true;
    });
    for (let tick = 0; !over.is; tick++) {
      if (isHeld(tick)) {
        await look();
        process.kill(-leader, 'SIGCONT');
      }
      await sleep(1);
    }
    return { ran: await ended, held: [...held.values()] };
  } finally {
    closeSync(notes);
  }
};
