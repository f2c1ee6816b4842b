import { join } from 'node:path';
import { openRunner } from '#command';
import type { Command, Ran, Runner } from '#command';
import { resolveTest } from '#config';
import type { Test, TestInputs } from '#config';
import { Failure } from '#fault';
import { timeline } from '#plan';
import type { Cache, Note, Report, ScanReport, Timeline } from '#plan';
import { readCommitted } from '#release';
import { judge } from '#scan';
import type { Found } from '#scan';
import { baseTests, isBase, keepTests } from './base-tests.ts';
import type { Suite } from './base-tests.ts';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { beginEvidence, leaveEvidence, testedCommit } from './evidence.ts';
import type { Look } from './evidence.ts';
import { exceptionsOf } from './exceptions.ts';
import { keepPackages, mayKeep, restorePackages } from './package-caches.ts';
import { leftovers, overtaking } from './report-files.ts';
import { readReports } from './reports.ts';
import { tellFindings } from './sarif.ts';
import { noEvidence } from './scene.ts';
import { lookAtSources } from './sources.ts';
import type { Stage } from './stage.ts';
import { configOf, refuseProblems } from './target-of.ts';
import { nothingFound, testPlan } from './test-plan.ts';

/** What test-and-scan is given beside what the section `test` may hold. */
export type TestWish = {
  readonly config: string | undefined;
  /** Where commands run that name no directory of their own. */
  readonly directory: string | undefined;
  /** A name that people gave the tests; and the values of the job's matrix, as JSON: by both, lists of tests are told apart. */
  readonly suite: string | undefined;
  readonly matrix: string;
  /** Whether findings are given to code scanning. */
  readonly upload: boolean;
  readonly dry: boolean;
};

/** What test-and-scan needs of its action. */
export type TestStage = Pick<
  Stage,
  'clock' | 'wall' | 'github' | 'signal' | 'workspace' | 'startedAt' | 'show' | 'problems' | 'context'
> & {
  readonly group: <T>(title: string, body: () => Promise<T>) => Promise<T>;
  readonly temp: string;
  readonly cache: Cache;
  readonly scrub: <T>(value: T) => T;
};

/**
 * Runs the commands, reads what they left, and judges it: one verdict. Nothing secret is needed, so that it runs for forks too.
 * Faults: INPUT_INVALID before anything is run; VERDICT_FAILED, VERDICT_INCOMPLETE, CANCELLED.
 */
export const testAndScan = async (stage: TestStage, inputs: TestInputs, wish: TestWish): Promise<Report> => {
  const { test, exceptions, apart } = wantedOf(stage, inputs, wish);
  const evidence = noEvidence();
  const line = timeline(stage);
  const { startedAt, wall, context } = stage;
  const run = { url: context.url, actor: context.actor };
  const about = { action: 'test-and-scan', startedAt, wall, run, timed: line.timed, evidence };
  return conclude(about, async (): Promise<Conclusion> => {
    const { prepare, ...lines } = linesOf(stage, test, wish);
    if (wish.dry) {
      testPlan(test, prepare, lines.commands, today(stage)).forEach(stage.show);
      return { outcome: 'planned', verdict: `${lines.commands.length} commands would be run; nothing was` };
    }
    const { workspace, signal } = stage;
    const looks: Look[] = [];
    const look = async (when: string): Promise<void> => {
      looks.push({ when, said: await readCommitted(workspace) });
    };
    await look('before anything was run');
    const before = await leftovers(workspace, test);
    const { commands, overtaken } = overtaking(workspace, test, lines.commands);
    const packages = await caches(stage, test, line);
    const suite: Suite = { ...wish, name: wish.suite, run: inputs.run };
    const runner = openRunner(stage);
    try {
      const looking = lookAtSources(test, { ...stage, apart });
      const [ran, sources, base] = await Promise.all([
        runAll(runner, line, prepare, commands, look),
        looking,
        looking.then(({ changes }) => baseTests(test, suite, changes, stage)),
      ]);
      signal.throwIfAborted();
      const folder = (name: string): string => folderOf(test, name, wish);
      const excepting = exceptions === undefined ? {} : { exceptions };
      const reports = await line.step('read', 'read what was left', () =>
        readReports({ workspace, test, ran, before, overtaken, folderOf: folder, today: today(stage), ...excepting }),
      );
      const found: Found = {
        ...nothingFound(today(stage)),
        ...reports,
        ...sources,
        ...(base === undefined ? {} : { base }),
        ...excepting,
      };
      const judgement = judge(test, found);
      const { scan, says } = judgement;
      const told = await tellFindings(judgement, found.scans, wish.upload, suite, stage);
      const kept = [
        ...(isBase(scan) ? await keepTests(test, suite, reports.tests, oneCommit(looks), stage) : []),
        ...(scan.verdict === 'passed' ? await keepCaches(stage, line, packages.restored) : []),
      ];
      // as it is delivered: the evidence has its digest
      evidence.scan = stage.scrub({ ...scan, sarif: told.sarif });
      const tested = testedCommit(looks);
      if ('commit' in tested)
        evidence.evidence = leaveEvidence(stage, beginEvidence(stage, tested.commit, evidence.scan));
      const lacks = 'lacks' in tested ? [tested.lacks] : [];
      evidence.notes = [...packages.notes, ...judgement.notes, ...told.notes, ...kept, ...lacks];
      return concluded(scan, says);
    } finally {
      await runner.close();
    }
  });
};

type Packages = Awaited<ReturnType<typeof restorePackages>>;

const caches = async (stage: TestStage, test: Test, line: Timeline): Promise<Packages> =>
  test.cache.length === 0
    ? { restored: [], notes: [] }
    : line.step('caches', 'bring package caches back', (note) => restorePackages(test.cache, { ...stage, note }));

const keepCaches = async (
  stage: TestStage,
  line: Timeline,
  restored: Packages['restored'],
): Promise<readonly Note[]> =>
  restored.every(({ cache, found }) => found === cache.key) || !mayKeep(stage.context)
    ? []
    : line.step('keep', 'keep package caches', (note) => keepPackages(restored, { ...stage, note }));

/** The commit that was in the checkout all the time, whatever lay beside it. */
const oneCommit = (looks: readonly Look[]): string | undefined => {
  const commits = new Set(looks.map(({ said }) => (said.ok ? said.value.commit : undefined)));
  return commits.size === 1 ? [...commits][0] : undefined;
};

/** What is prepared one after the other, and then run side by side; `look` sees the checkout after either. A line that fails ends it, and is told as a command. */
const runAll = async (
  runner: Runner,
  line: Timeline,
  prepare: readonly Command[],
  commands: readonly Command[],
  look: (when: string) => Promise<void>,
): Promise<readonly Ran[]> => {
  const count = (all: readonly Command[], what: string): string =>
    `${all.length} ${what}${all.length === 1 ? '' : 's'}`;
  if (prepare.length > 0) {
    const prepared = await line.step('prepare', `prepare by ${count(prepare, 'line')}`, () => runner.inOrder(prepare));
    await look('after `prepare`');
    const failed = prepared.filter(({ outcome }) => outcome !== 'passed');
    if (failed.length > 0) return failed;
  }
  if (commands.length === 0) return [];
  const ran = await line.step('run', `run ${count(commands, 'command')} side by side`, () => runner.sideBySide(commands)); // prettier-ignore
  await look('after the commands');
  return ran;
};

/** Where a command runs, below the workspace. */
const folderOf = ({ run }: Test, name: string, { directory = '.' }: TestWish): string => {
  const own = run[name]?.directory ?? '.';
  return own === '.' ? directory : own;
};

/** A line of `prepare` may take this long: ms. */
const preparing = 20 * 60_000;

const linesOf = ({ workspace }: TestStage, test: Test, wish: TestWish) => ({
  prepare: test.prepare.map((line, at) => ({
    name: test.prepare.length === 1 ? 'prepare' : `prepare ${at + 1}`,
    line,
    directory: join(workspace, wish.directory ?? '.'),
    env: {},
    timeout: preparing,
    retries: 0,
  })),
  commands: Object.entries(test.run).map(([name, { command, env, timeout, retries }]) => ({
    name,
    line: command,
    directory: join(workspace, folderOf(test, name, wish)),
    env,
    timeout,
    retries,
  })),
});

type Wanted = {
  readonly test: Test;
  readonly exceptions: Found['exceptions'];
  /** Files that hold the words which rules look for. */
  readonly apart: readonly string[];
};

/** Where exceptions are looked for that nobody has named a file of. */
const ignoring = '.landfall-ignore.yml';

const wantedOf = (stage: TestStage, inputs: TestInputs, { config }: TestWish): Wanted => {
  const found = configOf(stage, { config });
  const { test, problems } = resolveTest({ text: found.text, file: found.file, inputs });
  const named = test?.['ignore-file'];
  const excepting = exceptionsOf(stage.workspace, named, ignoring);
  refuseProblems([
    ...stage.problems,
    ...(found.problems.length > 0 ? found.problems : problems),
    ...excepting.problems,
  ]);
  if (test === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'nothing to test and no problem', next: 'Please report this.' });
  return {
    test,
    exceptions: excepting.exceptions,
    apart: [found.file, named ?? ignoring],
  };
};

const today = ({ wall }: TestStage): string => wall().toISOString().slice(0, 10);

/** What a verdict comes to. Throws VERDICT_FAILED, VERDICT_INCOMPLETE. */
export const concluded = ({ verdict }: ScanReport, says: string): Conclusion => {
  if (verdict === 'passed') return { outcome: 'done', verdict: says };
  throw new Failure({
    code: verdict === 'failed' ? 'VERDICT_FAILED' : 'VERDICT_INCOMPLETE',
    what: says,
    next:
      verdict === 'failed'
        ? 'Mend what the table of gates says, or except a finding in the ignore file, with reason, owner and expiry.'
        : 'Make the tool able to look, or name the gate in allow-incomplete.',
  });
};
