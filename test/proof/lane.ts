import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcessesBelow } from '../lab/processes.ts';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import type { StepEnd, WorkflowRun } from '../runner/index.ts';
import { liveOf, type At } from './host-state.ts';
import type { Flow } from './moments.ts';
import { programsOf } from './moments.ts';
import { makeTrap, type Place, type Trap } from './trap.ts';

/** A host with its repository, on which runs follow one another. */
export type Lane = {
  readonly stage: Stage;
  readonly at: At;
  readonly trap: Trap;
  /** A run that is killed at a place; `run`: once more, with the commit that it had. */
  readonly killed: (
    flow: Flow,
    place: Place,
    within: string,
    run?: Partial<WorkflowRun>,
  ) => Promise<{ sprung: boolean; run: Partial<WorkflowRun>; end: StepEnd }>;
  /** A run that nobody disturbs. Throws unless it is done, and its release serves. */
  readonly whole: (flow: Flow, run?: Partial<WorkflowRun>) => Promise<void>;
  /** Makes the host what the flow begins with. */
  readonly ready: (flow: Flow, emptyDatabase: boolean) => Promise<void>;
  /** Makes the host as it was before its first deploy, but for the Python environments, which take long to build. */
  readonly reset: () => Promise<void>;
};

const reset = async ({ host, base }: Stage): Promise<void> => {
  await endProcessesBelow(base);
  if (existsSync(base))
    for (const name of readdirSync(base)) if (name !== 'envs') rmSync(join(base, name), { recursive: true });
  rmSync(host.path, { force: true });
};

/** The release on the host that is not the live one. */
const otherOf = (at: At): string | undefined =>
  readdirSync(join(at.base, 'releases')).find(
    (id) => id !== liveOf(at) && existsSync(join(at.base, 'releases', id, 'RELEASE.json')),
  );

/** Programs that the run started and that no list names: their moments would not be tried. */
const unlisted = (flow: Flow, heard: readonly string[]): readonly string[] => {
  const left = [...programsOf[flow]];
  return heard
    .map((name) => name.replace(/#.*/, ''))
    .filter((name) => {
      const index = left.indexOf(name);
      if (index >= 0) left.splice(index, 1);
      // beats come by the clock; what killed deploys have left is deleted after any other one, too; and what the host undid by itself is
      // told and noted by whoever comes next: these two change nothing but the journal, and are killed at each of their lines. And what
      // only reads is asked again where something was finished meanwhile, or where no release serves
      const any =
        ['beat', 'tell', 'checked', 'look', 'tree'].includes(name) || (name === 'prune' && flow !== 'second deploy');
      return index < 0 && !any;
    });
};

/** Prepares a lane: one worker a service, few releases kept, so that runs are short and each deploy has something to delete. */
export const makeLane = async (dist: string): Promise<Lane> => {
  const trap = makeTrap();
  const stage = await prepareStage({ dist, hooks: trap.hooks });
  const at: At = { dir: stage.host.dir, base: stage.base };
  const file = (name: string): string => readFileSync(join(stage.repository.dir, name), 'utf8');
  stage.repository.commit('Boot fast', {
    'landfall.yml': file('landfall.yml').replace(/^keep:.*$/m, 'keep: 2'),
    'gunicorn.conf.py': file('gunicorn.conf.py').replace(/^workers = .*$/m, 'workers = 1'),
  });
  let runs = 5000;

  const start = (flow: Flow, run: Partial<WorkflowRun>, more: Readonly<Record<string, string>>) => {
    const job = stage.job({ run });
    if (flow === 'rollback')
      return {
        job,
        step: job.start('rollback', { inputs: { ...stage.access, to: otherOf(at) ?? 'previous', ...more } }),
      };
    return { job, step: job.start('deploy-over-ssh', stage.deploy(more)) };
  };
  const fresh = (): Partial<WorkflowRun> => {
    runs += 1;
    return { runId: String(runs), runNumber: runs };
  };

  const lane: Lane = {
    reset: () => reset(stage),
    stage,
    at,
    trap,
    killed: async (flow, place, within, again) => {
      const run = again ?? fresh();
      if (flow !== 'rollback' && again === undefined) stage.commit('Be killed');
      let kill: () => Promise<void> = () => Promise.resolve();
      const { sprung } = trap.arm(place, () => kill());
      const { step } = start(flow, run, { 'confirm-within': within });
      kill = async () => {
        step.kill();
        await step.ended;
      };
      const end = await step.ended;
      trap.arm(undefined, () => Promise.resolve());
      return { sprung: sprung(), run, end };
    },
    whole: async (asked, run) => {
      const flow = asked === 'rollback' ? asked : liveOf(at) === '' ? 'first deploy' : 'second deploy';
      if (flow !== 'rollback' && run === undefined) stage.commit('Go through');
      trap.arm(undefined, () => Promise.resolve());
      const { job, step } = start(flow, run ?? fresh(), {});
      const end = await step.ended;
      const heard = trap.heard();
      await job.finish();
      if (resultOf(end) !== 'done')
        throw new Error(`the next run is ${resultOf(end)}: ${end.log.slice(-12).join(' / ')}`);
      if (end.outputs['release'] !== liveOf(at))
        throw new Error(`the next run says that ${end.outputs['release'] ?? ''} serves`);
      const more = run === undefined ? unlisted(flow, heard) : [];
      if (more.length > 0) throw new Error(`programs that no moment covers: ${more.join(', ')}`);
    },
    ready: async (flow, emptyDatabase) => {
      if (flow === 'first deploy') {
        if (liveOf(at) !== '' || emptyDatabase) await lane.reset();
        return;
      }
      while (liveOf(at) === '' || (flow === 'rollback' && otherOf(at) === undefined)) await lane.whole('second deploy');
    },
  };
  return lane;
};
