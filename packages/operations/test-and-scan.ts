import { join } from 'node:path';
import { openRunner } from '#command';
import type { Command, Ran } from '#command';
import { resolveTest } from '#config';
import type { Test, TestInputs } from '#config';
import { Failure } from '#fault';
import { timeline } from '#plan';
import type { Report, ScanReport } from '#plan';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { noEvidence } from './scene.ts';
import type { Stage } from './stage.ts';
import { configOf, refuseProblems } from './target-of.ts';

/** What test-and-scan is given beside what the section `test` may hold. */
export type TestWish = {
  readonly config: string | undefined;
  /** Where commands run that name no directory of their own. */
  readonly directory: string | undefined;
  readonly dry: boolean;
};

/** What test-and-scan needs of its action. */
export type TestStage = Pick<
  Stage,
  'clock' | 'wall' | 'signal' | 'workspace' | 'startedAt' | 'show' | 'problems' | 'context'
> & {
  readonly group: <T>(title: string, body: () => Promise<T>) => Promise<T>;
  readonly temp: string;
};

/**
 * Runs the commands, reads what they left, and judges it: one verdict. Nothing secret is needed, so that it runs for forks too.
 * Faults: INPUT_INVALID before anything is run; VERDICT_FAILED, VERDICT_INCOMPLETE, CANCELLED.
 */
export const testAndScan = async (stage: TestStage, inputs: TestInputs, wish: TestWish): Promise<Report> => {
  const wanted = wantedOf(stage, inputs, wish);
  const evidence = noEvidence();
  const line = timeline(stage);
  const { startedAt, wall, context } = stage;
  const run = { url: context.url, actor: context.actor };
  const told = { action: 'test-and-scan', startedAt, wall, run, timed: line.timed, evidence };
  return conclude(told, async (): Promise<Conclusion> => {
    const commands = commandsOf(stage, wanted, wish.directory);
    if (wish.dry) {
      for (const { name, line: text } of commands) stage.show(`would run ${name}: ${text}`);
      return { outcome: 'planned', verdict: `${commands.length} commands would be run` };
    }
    const runner = openRunner(stage);
    try {
      const ran = await line.step('commands', `run ${commands.length} commands side by side`, () =>
        runner.sideBySide(commands),
      );
      stage.signal.throwIfAborted();
      evidence.scan = simple(ran);
      return verdictOf(evidence.scan);
    } finally {
      await runner.close();
    }
  });
};

const wantedOf = (stage: TestStage, inputs: TestInputs, { config }: TestWish): Test => {
  const found = configOf(stage, { config });
  const { test, problems } = resolveTest({ text: found.text, file: found.file, inputs });
  refuseProblems([...stage.problems, ...(found.problems.length > 0 ? found.problems : problems)]);
  if (test === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'nothing to test and no problem', next: 'Please report this.' });
  return test;
};

const commandsOf = ({ workspace }: TestStage, { run }: Test, directory = '.'): readonly Command[] =>
  Object.entries(run).map(([name, { command, directory: own, env, timeout, retries }]) => ({
    name,
    line: command,
    directory: join(workspace, own === '.' ? directory : own),
    env,
    timeout,
    retries,
  }));

const simple = (commands: readonly Ran[]): ScanReport => ({
  verdict: commands.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'failed',
  commands,
  gates: [],
  tests: { total: 0, passed: 0, failed: 0, skipped: 0 },
  failures: [],
  findings: [],
  excepted: 0,
  unchecked: [],
});

const verdictOf = ({ verdict, commands }: ScanReport): Conclusion => {
  if (verdict === 'passed') return { outcome: 'done', verdict: `${commands.length} commands passed` };
  const failed = commands.filter(({ outcome }) => outcome !== 'passed').map(({ name }) => name);
  throw new Failure({ code: 'VERDICT_FAILED', what: `failed: ${failed.join(', ')}`, next: 'Mend it.' });
};
