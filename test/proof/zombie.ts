import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { difference } from '../lab/difference.ts';
import { memory } from '../lab/memory.ts';
import { endProcesses, fingerprint, keepState, makeStandIns, mutexFree, readState } from '../kill/host.ts';
import { makeTarget, type Target } from '../kill/target.ts';
import { asleep, endSleeper, linesToSleepAt, wake, type Sleeper } from './sleeper.ts';
import { tally, type ProofEnd, type ProofOptions } from './tally.ts';
import { newer, overtake, zombieCases, type Newer, type ZombieCase } from './zombie-cases.ts';

/** All of the host that counts, the transaction and the journal to the byte. */
const everything = (target: Target): readonly string[] => [
  // what a prune has moved to the trash is nobody's any more, and a driver's sign of life is its own
  ...fingerprint(readState(target)).filter((line) => !/^\.landfall\/(?:trash\/|beat\.d1)/.test(line)),
  ...['transaction', 'journal.jsonl', 'beat.d2'].map((name) => {
    const file = join(target.base, '.landfall', name);
    return `${name}: ${existsSync(file) ? readFileSync(file, 'utf8') : 'absent'}`;
  }),
];

/** How many fall asleep, and are woken, at a time. */
const together = 8;

const inGroups = <T>(all: readonly T[], size = together): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));

type Played = {
  readonly lines: number;
  readonly woken: number;
  readonly held: number;
  readonly codes: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
};

/** Wakes them in groups; says what changed, and after which lines they slept. */
const wakeAll = async (
  target: Target,
  { text, endless }: ZombieCase,
  sleepers: readonly Sleeper[],
  codes: Map<string, number>,
): Promise<string | undefined> => {
  const before = everything(target);
  // watchdogs wait for one another: one that still sleeps would hold up those that are woken
  for (const group of inGroups(sleepers, endless === true ? sleepers.length : together)) {
    for (const code of await Promise.all(group.map(wake))) codes.set(code, (codes.get(code) ?? 0) + 1);
    const found = difference(before, everything(target));
    if (found.length === 0) continue;
    const lines = group.map(({ line }) => `${line} (${text.split('\n')[line - 1]?.trim() ?? ''})`);
    return `woken after one of the lines ${lines.join(', ')}: ${found.join(' | ')}`;
  }
  return undefined;
};

/**
 * One program under one shell: asleep at each line that is this shell's, overtaken, then woken. Each line has its turn with one state of
 * the newer transaction. Where one that sleeps holds up others, these have their turn after it.
 */
const play = async (target: Target, zombie: ZombieCase, turn: number): Promise<Played> => {
  rmSync(target.base, { recursive: true, force: true });
  rmSync(target.path, { force: true });
  const codes = new Map<string, number>();
  const wrong: string[] = [];
  let sleepers: readonly Sleeper[] = [];
  let woken = 0;
  try {
    await zombie.before(target);
    const kept = keepState(target);
    const { lines: all, held } = await linesToSleepAt(target, zombie);
    const lines = all.filter((_, at) => at % 2 === turn);
    const fars = zombie.newer ?? newer;
    const round = async (far: Newer, left: readonly number[]): Promise<readonly number[]> => {
      kept.restore();
      sleepers = [];
      for (const group of inGroups(left))
        sleepers = [
          ...sleepers,
          ...(await Promise.all(group.map((line) => asleep(target, zombie, line)))).filter((one) => one !== undefined),
        ];
      if (!mutexFree(target)) wrong.push('one of those asleep holds the mutex');
      await overtake(target, zombie, far);
      const found = await wakeAll(target, zombie, sleepers, codes);
      if (found !== undefined) wrong.push(`the newer one ${far}, ${found}`);
      woken += sleepers.length;
      sleepers.forEach(endSleeper);
      return left.filter((line) => !sleepers.some((one) => one.line === line));
    };
    for (const [index, far] of fars.entries()) {
      let left: readonly number[] = lines.filter((_, at) => at % fars.length === index);
      // on a busy machine a round may be over before any of them has fallen asleep
      for (let idle = 0; left.length > 0 && idle < 3;) {
        const before = left.length;
        left = await round(far, left);
        idle = left.length < before ? 0 : idle + 1;
      }
    }
    if (codes.has('did not end')) wrong.push('one that was woken did not end');
    if (woken < lines.length) wrong.push(`only ${woken} of ${lines.length} fell asleep`);
    return { lines: lines.length, woken, held, codes, wrong };
  } finally {
    sleepers.forEach(endSleeper);
    endProcesses(target);
  }
};

/**
 * Each program of a transaction falls asleep after each of its lines that does something and at which it does not hold the mutex, is overtaken by a newer
 * transaction that is open, switched or confirmed by then, wakes up, and changes nothing. Lines take turns with dash and busybox's sh.
 */
export const zombies = async ({
  show,
  only = '',
}: Pick<ProofOptions, 'show'> & { readonly only?: string }): Promise<ProofEnd> => {
  const counts = tally({ show });
  const root = mkdtempSync(join(memory(), 'landfall-zombie-'));
  makeStandIns(join(root, 'stand-ins'));
  const jobs = [['dash'], ['busybox', 'sh']].flatMap((shell, turn) =>
    zombieCases.filter(({ name }) => name.includes(only)).map((zombie) => ({ shell, turn, zombie })),
  );
  let total = 0;
  let harmless = 0;
  const lane = async (name: string): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { shell, turn, zombie } = job;
      const says = `${zombie.name} (${shell.join(' ')})`;
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      const plain = makeTarget(shell, undefined, folder);
      const target = { ...plain, searched: `${join(root, 'stand-ins')}:${plain.searched}` };
      const began = performance.now();
      const { woken, held, codes, wrong } = await play(target, zombie, turn);
      total += woken;
      if (wrong.length === 0) harmless += woken;
      counts.held(says, wrong.length === 0 && woken > 0, () => wrong.join('; '));
      const exits = [...codes].map(([code, times]) => `${times} × ${code}`).join(', ');
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      show(`${says}: ${woken} woken (exit ${exits}); ${held} lines are under the mutex; ${seconds} s`);
    }
  };
  try {
    const lanes = await Promise.allSettled(['lane1', 'lane2', 'lane3'].map(lane));
    for (const one of lanes) if (one.status === 'rejected') counts.held('zombies', false, () => String(one.reason));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  counts.line(`zombies: ${total} woken after they were overtaken, ${harmless} changed nothing`);
  return counts.end();
};

if (process.argv[1] === import.meta.filename) {
  const { failed } = await zombies({
    show: (line) => {
      console.log(line);
    },
    ...(process.argv[2] === undefined ? {} : { only: process.argv[2] }),
  });
  process.exitCode = failed > 0 ? 1 : 0;
}
