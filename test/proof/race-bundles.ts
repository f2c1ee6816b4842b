import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import type { Job, Step, StepEnd, WorkflowRun } from '../runner/index.ts';
import { calm, wrongWith, type At } from './host-state.ts';
import { journalOf, overlaps } from './race-journal.ts';
import type { Tally } from './tally.ts';

/** What a step came to: its result, and the code of its fault where it was refused. */
const told = (end: StepEnd): string => {
  const code = end.log.map((line) => /^([A-Z]+_[A-Z_]+): /.exec(line)?.[1]).find((found) => found !== undefined);
  return `${resultOf(end)}${code === undefined ? '' : ` ${code}`}`;
};

/** Where runs race: whatever starts jobs on one target. */
export type Racer = {
  readonly job: (given: { readonly run: Partial<WorkflowRun> }) => Job;
  readonly deploy: Stage['deploy'];
  readonly access: Stage['access'];
};

/** A new workflow run, with a higher number than the one before. */
export type NextRun = () => Partial<WorkflowRun>;

const ended = async (job: Job, { ended: ending }: Step): Promise<string> => {
  const end = await ending;
  await job.finish();
  return told(end);
};

const deploy = (racer: Racer, run: Partial<WorkflowRun>, leg: string): Promise<string> => {
  const job = racer.job({ run });
  return ended(job, job.start('deploy-over-ssh', racer.deploy({}, { SPINE_LEG: leg })));
};

const rollback = (racer: Racer, run: Partial<WorkflowRun>): Promise<string> => {
  const job = racer.job({ run });
  return ended(job, job.start('rollback', { inputs: racer.access }));
};

/** Two or more that start at once, through the built bundles, and what they may come to. */
export type Pair = {
  readonly says: string;
  readonly start: (racer: Racer, next: NextRun) => readonly Promise<string>[];
  readonly may: RegExp;
};

export const pairs: readonly Pair[] = [
  {
    says: 'two runs',
    start: (racer, next) => {
      const [older, newer] = [next(), next()];
      return [deploy(racer, newer, 'newer'), deploy(racer, older, 'older')];
    },
    may: /^done, (done|refused TX_STALE)$/,
  },
  {
    says: 'two jobs of one run',
    start: (racer, next) => {
      const run = next();
      return [deploy(racer, run, 'left'), deploy(racer, run, 'right')];
    },
    may: /^done, done$/,
  },
  {
    says: 'a deploy and a rollback',
    start: (racer, next) => [deploy(racer, next(), 'forward'), rollback(racer, next())],
    may: /^(done|refused TX_\w+), (done|unchanged)$/,
  },
  {
    says: 'three jobs of one run, for one release',
    start: (racer, next) => {
      const run = next();
      return ['one', 'one', 'one'].map((leg) => deploy(racer, run, leg));
    },
    may: /^(done|unchanged), (done|unchanged), (done|unchanged)$/,
  },
];

/** Races of real runs: bundles, SSH, supervisor, gunicorn. Returns how many pairs held. */
export const raceBundles = async (dist: string, counts: Tally, show: (line: string) => void): Promise<number> => {
  const stage = await prepareStage({ dist });
  const at: At = { dir: stage.host.dir, base: stage.base };
  let held = 0;
  let runs = 10;
  const next: NextRun = () => {
    runs += 1;
    return { runId: String(9000 + runs), runNumber: runs };
  };
  try {
    await deploy(stage, next(), 'first');
    for (const { says, start, may } of pairs) {
      const began = performance.now();
      const results = await Promise.all(start(stage, next));
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
