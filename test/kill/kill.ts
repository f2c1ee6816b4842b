import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '../lab/memory.ts';
import { endProcessesBelow } from '../lab/processes.ts';
import { adoptionScenarios } from './adoption-scenarios.ts';
import { hookScenarios } from './hook-scenarios.ts';
import { makeManager, makeRoot, makeStandIns, makeSudo } from './host.ts';
import { killOne, type Failure, type Verdict } from './kill-one.ts';
import { releaseScenarios } from './release-scenarios.ts';
import { rootUnitScenarios } from './root-unit-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { systemScenarios } from './system-scenarios.ts';
import { makeTarget } from './target.ts';
import { transactionScenarios } from './transaction-scenarios.ts';
import { unitScenarios } from './unit-scenarios.ts';

const allScenarios: readonly Scenario[] = [
  ...transactionScenarios,
  ...hookScenarios,
  ...unitScenarios,
  ...systemScenarios,
  ...adoptionScenarios,
  ...rootUnitScenarios,
  ...releaseScenarios,
];

/** Of all lines, how many may leave something else than was seen there: what works beside is not always equally far. */
const tolerated = 0.05;

/**
 * Kills every changing program after each of its lines, under each shell, and lets the next run go on; where a kill would leave what
 * another one has left, that one counts. Scenarios of one program take turns with the shells: what a line does depends on what the
 * program finds, hardly on who reads it. The only one of a program is played under each.
 * @param show takes a line for each program: lines reached and survived
 * @param shells argument vectors of the shells
 * @param scenarios what is played
 * @param lanes how many are played at a time
 */
export const killedAtEveryLine = async ({
  show,
  shells = [['dash'], ['busybox', 'sh']],
  scenarios = allScenarios,
  lanes = 3,
}: {
  readonly show: (line: string) => void;
  readonly shells?: readonly (readonly string[])[];
  readonly scenarios?: readonly Scenario[];
  readonly lanes?: number;
}): Promise<Verdict> => {
  const root = mkdtempSync(join(memory(), 'landfall-kill-'));
  // scenarios of one program follow one another under each shell
  const programs = [...Map.groupBy(scenarios, ({ text }) => text).values()];
  const jobs = programs
    // short ones first: a line that changes nothing is killed where it is reached soonest
    .toSorted((a, b) => a.length - b.length || (a[0]?.text.length ?? 0) - (b[0]?.text.length ?? 0))
    .flatMap((ofProgram) =>
      shells.map((shell, turn) => ({
        shell,
        ofProgram: ofProgram.filter((_, index) => ofProgram.length === 1 || index % shells.length === turn),
      })),
    );
  const doneBy = new Map<readonly string[], Set<string>>();
  const total = { reached: 0, survived: 0, killed: 0, unforeseen: 0, failures: [] as Failure[] };
  makeStandIns(join(root, 'stand-ins'));
  makeManager(join(root, 'manager'));
  makeSudo(join(root, 'allowed'));
  const lane = async (name: string): Promise<void> => {
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { shell } = job;
      const done = doneBy.get(shell) ?? new Set<string>();
      doneBy.set(shell, done);
      const plain = makeTarget(shell, undefined, folder);
      const alone = { ...plain, searched: `${join(root, 'stand-ins')}:${plain.searched}` };
      const managed = {
        ...alone,
        searched: `${join(root, 'manager')}:${alone.searched}`,
        home: join(plain.base, 'home'),
      };
      const rooted = { ...managed, searched: `${join(root, 'rooted')}:${alone.searched}` };
      makeRoot(join(root, 'rooted'), rooted);
      const allowed = { ...managed, searched: `${join(root, 'allowed')}:${alone.searched}` };
      for (const scenario of job.ofProgram) {
        const began = performance.now();
        const { reached, survived, killed, unforeseen, failures, states, faithful } = await killOne(
          scenario.rooted === true
            ? rooted
            : scenario.allowed === true
              ? allowed
              : scenario.managed === true
                ? managed
                : alone,
          scenario,
          done,
        );
        total.reached += reached;
        total.survived += survived;
        total.killed += killed;
        total.unforeseen += unforeseen;
        total.failures.push(...failures);
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        show(
          `${scenario.name} (${shell.join(' ')}): ${reached} lines, ${survived} survived; ${states} different states left behind by ${killed} kills; ${seconds} s${faithful ? '' : '; held, it ended otherwise: killed at each line'}`,
        );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(`lane${index}`)));
  } finally {
    // watchdogs of killed runs wait for transactions that are no more
    await endProcessesBelow(root);
    rmSync(root, { recursive: true, force: true });
  }
  const sum = `${total.killed} kills, ${total.unforeseen} of them left something else than was seen there`;
  show(`killed at every line: ${total.reached} lines, ${total.survived} survived; ${sum}`);
  // where what is seen is never what is left, every line is killed
  if (total.unforeseen > Math.max(1, total.reached * tolerated))
    total.failures.push({ scenario: 'all', shell: '', line: 0, text: '', how: sum, difference: [] });
  return total;
};

if (process.argv[1] === import.meta.filename) {
  const only = process.argv[2];
  const { failures, reached } = await killedAtEveryLine({
    show: (line) => {
      console.log(line);
    },
    ...(only === undefined ? {} : { scenarios: allScenarios.filter(({ name }) => name.includes(only)) }),
  });
  for (const { scenario, shell, line, text, how, difference: found } of failures.slice(0, 20))
    console.log(`\nNOT SURVIVED ${scenario} (${shell}) after line ${line}: ${text}\n  ${how}\n  ${found.join('\n  ')}`);
  process.exitCode = failures.length > 0 || reached === 0 ? 1 : 0;
}
