import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from './log.ts';
import { type JobStatus, type Step, type StepEnd, type StepStart, startStep } from './step.ts';

/** What all steps of a job share. */
export type JobStart = Pick<
  StepStart,
  'dist' | 'root' | 'run' | 'event' | 'workspace' | 'temp' | 'onLine' | 'patience' | 'token'
> & {
  readonly env?: Readonly<Record<string, string>>;
  /** GitHub's secrets: masked in the log from the beginning. */
  readonly secrets?: readonly string[];
};

/** How a step is used, beside its inputs. */
export type Use = {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly continueOnError?: boolean;
};

export type Job = {
  /** What `${{ job.status }}` is now. */
  readonly status: () => JobStatus;
  /** Starts a step and returns at once, so that the caller can kill or cancel it; its post is noted. */
  readonly start: (action: string, use?: Use) => Step;
  /** A step from start to end; undefined when it was skipped because an earlier one failed. */
  readonly uses: (action: string, use?: Use) => Promise<StepEnd | undefined>;
  /** A step that is not ours; when it throws, the job fails. False when it failed or was skipped. */
  readonly runs: (step: (env: Readonly<Record<string, string>>) => unknown) => Promise<boolean>;
  /** A person cancels the run: running steps are cancelled, later ones skipped, posts run. */
  readonly cancel: () => void;
  /** The runner's machine is gone: every step is killed and no post runs. */
  readonly die: () => void;
  /** Ends the job: posts, last in, first out, each with its step's inputs evaluated afresh. */
  readonly finish: () => Promise<readonly StepEnd[]>;
};

/** A job on GitHub's runner: its steps run in order and share environment, status and masks. */
export const startJob = (job: JobStart): Job => {
  const log = openLog();
  for (const secret of job.secrets ?? []) log.mask(secret);
  const posts: {
    readonly action: string;
    readonly use: Use;
    readonly state: () => Readonly<Record<string, string>>;
  }[] = [];
  const running = new Set<Step>();
  let status: JobStatus = 'success';
  let dead = false;
  let env: Record<string, string> = { ...job.env };
  const lasting = () => ({ ...env });

  const launch = (action: string, use: Use, more: Partial<StepStart>): Step => {
    const step = startStep({
      ...job,
      action,
      log,
      jobStatus: status,
      inputs: use.inputs ?? {},
      ...more,
      env: { ...lasting(), ...use.env },
    });
    running.add(step);
    const ended = step.ended.then((end) => {
      running.delete(step);
      env = { ...env, ...end.env };
      if (end.path.length > 0)
        env['PATH'] = [...end.path]
          .reverse()
          .concat(env['PATH'] ?? process.env['PATH'] ?? '')
          .join(':');
      if (end.exit !== 0 && use.continueOnError !== true && status === 'success') status = 'failure';
      return end;
    });
    return { ...step, ended };
  };

  const start: Job['start'] = (action, use = {}) => {
    let state: Readonly<Record<string, string>> = {};
    const step = launch(action, use, {});
    if (existsSync(join(job.dist, action, 'post.js'))) posts.push({ action, use, state: () => state });
    const ended = step.ended.then((end) => {
      state = end.state;
      return end;
    });
    return { ...step, ended };
  };

  return {
    status: () => status,
    start,
    uses: async (action, use) => (status === 'success' && !dead ? start(action, use).ended : undefined),
    runs: async (step) => {
      if (status !== 'success' || dead) return false;
      try {
        await step(lasting());
        return true;
      } catch {
        status = 'failure';
        return false;
      }
    },
    cancel: () => {
      status = 'cancelled';
      for (const step of running) step.cancel();
    },
    die: () => {
      dead = true;
      for (const step of running) step.kill();
    },
    finish: async () => {
      await Promise.all([...running].map((step) => step.ended));
      const ends: StepEnd[] = [];
      while (!dead) {
        const post = posts.pop();
        if (post === undefined) break;
        ends.push(await launch(post.action, post.use, { part: 'post', state: post.state() }).ended);
      }
      return ends;
    },
  };
};
