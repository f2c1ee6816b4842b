import { rmSync } from 'node:fs';
import { difference } from '../lab/difference.ts';
import { heldAtEachLine, type Held } from './held.ts';
import { endProcesses, fingerprint, keepState, mutexFree, readState, whatIsSeen, type State } from './host.ts';
import { changes, killing as killingAt, timesKilled } from './mutant.ts';
import { placesOf, positions } from './positions.ts';
import { execute, type Scenario } from './scenario.ts';
import { runResident, type Target } from './target.ts';

/** A place where a kill was not survived: the line, what was found, and what was wanted. */
export type Failure = {
  readonly scenario: string;
  readonly shell: string;
  readonly line: number;
  readonly text: string;
  readonly how: string;
  readonly difference: readonly string[];
};

export type Verdict = {
  /** How often lines were reached at which it was seen what a kill leaves. */
  readonly reached: number;
  readonly survived: number;
  /** How often a program was killed, for that was not left by a kill yet, or could not be foreseen, or to see whether it is so. */
  readonly killed: number;
  /** How many kills left something else than was seen there before. */
  readonly unforeseen: number;
  readonly failures: readonly Failure[];
};

/** One line in so many at which a known state was seen is killed all the same: it must leave that state. */
const audited = 20;

/** Of these, the first and every so manyth after it is gone on from, too: what comes next must agree with what came before. */
const followed = 5;

/** The lines of a scenario's text after which it is killed, and how often each. */
const linesOf = (
  target: Target,
  { name, text, from, to }: Scenario,
  done: ReadonlySet<string>,
): Map<number, number> => {
  const lines = text.split('\n');
  const places = placesOf(text);
  const beginning = (begins: string | undefined, otherwise: number): number => {
    const line = begins === undefined ? otherwise : lines.findIndex((one) => one.startsWith(begins)) + 1;
    if (begins !== undefined && line === 0) throw new Error(`${name}: no line begins with '${begins}'`);
    return line;
  };
  const [first, last] = [beginning(from, 0), beginning(to, lines.length)];
  return new Map(
    positions(target.shell, text)
      .filter((line) => line >= first && line <= last)
      .filter((line) => changes(lines[line - 1] ?? '') || !done.has(places[line - 1] ?? ''))
      .map((line) => [line, timesKilled(lines[line - 1] ?? '')]),
  );
};

/**
 * Sees after each line that a program reaches what a kill would leave there. Kills it where no kill has left that yet, or where that
 * cannot be seen, and goes on as the next run would.
 * @param done lines that had their turn under this shell, where the program found something else, or in another program with the same
 *   function: those that change nothing leave no other state behind here than the changing line before them does, and have no other
 *   turn. What has its turn is added.
 */
export const killOne = async (
  target: Target,
  scenario: Scenario,
  done: Set<string>,
): Promise<Verdict & { readonly states: number; readonly faithful: boolean }> => {
  rmSync(target.base, { recursive: true, force: true });
  rmSync(target.path, { force: true });
  await scenario.before(target);
  const kept = keepState(target);
  const next = scenario.next ?? ((at: Target) => execute(at, scenario, scenario.text));
  const shell = target.shell.join(' ');
  const failures: Failure[] = [];
  const lines = scenario.text.split('\n');
  const places = placesOf(scenario.text);
  const fail = (line: number, how: string, found: readonly string[]): void => {
    failures.push({ scenario: scenario.name, shell, line, text: lines[line - 1] ?? '', how, difference: found });
  };
  try {
    const beforeAll = fingerprint(kept.state);
    const reference = await execute(target, scenario, scenario.text);
    const wanted = fingerprint(readState(target));
    if (reference.code !== (scenario.code ?? 0)) {
      fail(0, `without a kill it exits ${reference.code}`, [reference.stderr]);
      return { reached: 0, survived: 0, killed: 0, unforeseen: 0, failures, states: 0, faithful: true };
    }
    kept.restore();
    const at = linesOf(target, scenario, done);
    const traced = await heldAtEachLine(target, scenario, at);
    const faithful =
      traced.ran.code === reference.code && difference(wanted, fingerprint(readState(target))).length === 0;
    kept.restore();
    const counts = { reached: 0, survived: 0, killed: 0, unforeseen: 0 };
    /** What a kill left behind → did the next run mend it? */
    const verdicts = new Map<string, boolean>();
    const judged = (line: number, mended: boolean): void => {
      counts.reached += 1;
      if (mended) counts.survived += 1;
      done.add(places[line - 1] ?? '');
    };
    /** What was left at a line by `killing`: does whoever comes next mend it? The host is as before afterwards. */
    const mended = async (line: number, killing: string, left: State): Promise<boolean> => {
      const before = failures.length;
      // nobody mends this one before visitors see it
      if (
        kept.state.tree.has('current') &&
        wanted.some((path) => path.startsWith('current ')) &&
        !left.tree.has('current')
      )
        fail(line, 'current is absent', []);
      const again = await next(target);
      const found = difference(wanted, fingerprint(readState(target)));
      if (found.length > 0) fail(line, `run again (exit ${again.code})`, [...found, again.stderr]);
      if (!mutexFree(target)) fail(line, 'the mutex is held', []);
      kept.restore();
      if (scenario.recovers === true) {
        await execute(target, scenario, killing);
        const recovered = await runResident(target, 'undo', 'recover');
        const is = fingerprint(readState(target));
        // undone: as before, apart from the transaction itself, and from the unit that recovers at boot, which stays
        const apart = (line_: string): boolean =>
          !/^(?:\.landfall\/transaction |home\/)/.test(line_) && !/\/\.env /.test(line_);
        const asBefore = difference(beforeAll.filter(apart), is.filter(apart));
        const asWanted = difference(wanted.filter(apart), is.filter(apart));
        if (asBefore.length > 0 && asWanted.length > 0)
          fail(line, `recover (exit ${recovered.code})`, [...asBefore, recovered.stderr]);
        if (!mutexFree(target)) fail(line, 'the mutex is held after recover', []);
        kept.restore();
      }
      return failures.length === before;
    };
    // where to be held changed what the program did, it is killed at every line
    const held: readonly Held[] = faithful
      ? traced.held
      : [...at.keys()].map((line) => ({ line, visit: 1, left: undefined }));
    let foreseen = 0;
    for (const { line, visit, left: seen } of held) {
      const known = seen === undefined ? undefined : verdicts.get(seen);
      if (known !== undefined && ++foreseen % audited !== audited / 2) {
        judged(line, known);
        continue;
      }
      const anew = known !== undefined && foreseen % (audited * followed) === audited / 2;
      const killing = killingAt(scenario.text, line, visit);
      const ran = await execute(target, scenario, killing);
      if (ran.signal === 'SIGKILL') {
        counts.killed += 1;
        const state = readState(target);
        const left = whatIsSeen(state);
        if (seen !== undefined && seen !== left) counts.unforeseen += 1;
        const before = verdicts.get(left);
        const verdict = before === undefined || anew ? await mended(line, killing, state) : before;
        if (before !== undefined && before !== verdict)
          fail(line, `the same state was ${before ? '' : 'not '}mended before`, []);
        verdicts.set(left, verdict);
        judged(line, verdict);
      }
      kept.restore();
    }
    return { ...counts, failures, states: verdicts.size, faithful };
  } finally {
    endProcesses(target);
  }
};
