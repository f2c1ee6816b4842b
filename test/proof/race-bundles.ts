import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import type { StepEnd, WorkflowRun } from '../runner/index.ts';
import { calm, wrongWith, type At } from './host-state.ts';
import { journalOf, overlaps } from './race-journal.ts';
import type { Tally } from './tally.ts';

/** What a step came to: its result, and the code of its fault where it was refused. */
const told = (end: StepEnd): string => {
  const code = end.log.map((line) => /^([A-Z]+_[A-Z_]+): /.exec(line)?.[1]).find((found) => found !== undefined);
  return `${resultOf(end)}${code === undefined ? '' : ` ${code}`}`;
};

const deploy = async (stage: Stage, run: Partial<WorkflowRun>, leg: string): Promise<string> => {
  const job = stage.job({ run });
  const { ended } = job.start('deploy-over-ssh', stage.deploy({}, { SPINE_LEG: leg }));
  const end = await ended;
  await job.finish();
  return told(end);
};

const rollback = async (stage: Stage, run: Partial<WorkflowRun>): Promise<string> => {
  const job = stage.job({ run });
  const { ended } = job.start('rollback', { inputs: stage.access });
  const end = await ended;
  await job.finish();
  return told(end);
};

const run = (number: number): Partial<WorkflowRun> => ({ runId: String(9000 + number), runNumber: number });

/** Two at once, through the built bundles, and what they may come to. */
const pairs: readonly {
  readonly says: string;
  readonly start: (stage: Stage) => readonly Promise<string>[];
  readonly may: RegExp;
}[] = [
  {
    says: 'two runs',
    start: (stage) => [deploy(stage, run(12), 'newer'), deploy(stage, run(11), 'older')],
    may: /^done, (done|refused TX_STALE)$/,
  },
  {
    says: 'two jobs of one run',
    start: (stage) => [deploy(stage, run(13), 'left'), deploy(stage, run(13), 'right')],
    may: /^done, done$/,
  },
  {
    says: 'a deploy and a rollback',
    start: (stage) => [deploy(stage, run(14), 'forward'), rollback(stage, run(15))],
    may: /^(done|refused TX_\w+), (done|unchanged)$/,
  },
  {
    says: 'three jobs of one run, for one release',
    start: (stage) => ['one', 'one', 'one'].map((leg) => deploy(stage, run(16), leg)),
    may: /^(done|unchanged), (done|unchanged), (done|unchanged)$/,
  },
];

/** Races of real runs: bundles, SSH, supervisor, gunicorn. Returns how many pairs held. */
export const raceBundles = async (dist: string, counts: Tally, show: (line: string) => void): Promise<number> => {
  const stage = await prepareStage({ dist });
  const at: At = { dir: stage.host.dir, base: stage.base };
  let held = 0;
  try {
    await deploy(stage, run(10), 'first');
    for (const { says, start, may } of pairs) {
      const began = performance.now();
      const results = await Promise.all(start(stage));
      await calm(at);
      const wrong = [
        ...(may.test(results.join(', ')) ? [] : [`they came to ${results.join(', ')}`]),
        ...overlaps(journalOf(at.base)),
        ...(await wrongWith(at, stage.serving)),
      ];
      show(`with bundles, ${says}: ${results.join(', ')} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      counts.held(`with bundles, ${says}`, wrong.length === 0, () => wrong.join('; '));
      if (wrong.length === 0) held += 1;
    }
  } finally {
    await stage.end();
  }
  return held;
};
