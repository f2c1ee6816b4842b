import { shorten } from '#plan';
import type { Answer, Deployment, DeploymentState, GitHub, Note, Report, RunContext } from '#plan';
import type { Conclusion } from './conclude.ts';

/** Characters of a description that GitHub takes. */
const longest = 140;

/** Tells GitHub of a release that goes live, where people look for deployments. Nothing throws, and no verdict depends on it. */
export type Recorder = {
  /** A transaction is open: from here on a deployment is in progress. Not waited for. */
  readonly begin: (commit: string | undefined) => void;
  /** What came of it. Gives what people should know where GitHub could not be told. */
  readonly end: (report: Report, conclusion: Conclusion | undefined) => Promise<readonly Note[]>;
};

type Given = {
  /** The environment's name at GitHub; undefined: nothing is recorded. */
  readonly environment: string | undefined;
  readonly target: string;
  readonly url: string | undefined;
  readonly context: RunContext;
  readonly github: GitHub;
  readonly signal: AbortSignal;
};

/** As it may be shown in one line of GitHub's pages. */
export const describe = (text: string): string => shorten(text.replaceAll(/\s+/g, ' '), longest);

/** What GitHub is told of an end; undefined: nothing has changed, or it is not decided yet. */
export const stateOf = ({ result, undo }: Report, conclusion: Conclusion | undefined): DeploymentState | undefined => {
  if (result === 'planned' || result === 'unchanged') return undefined;
  if (result !== 'done') return 'failure';
  if (conclusion?.back === true) return 'failure';
  return undo?.by === undefined ? 'success' : undefined;
};

/**
 * GitHub's own: a job with `environment:` has a deployment, of which GitHub tells the end of the job. A status that is set from
 * within the job is replaced by that one, so there is nothing to add: github.com/hephaestus-build/Hephaestus/pull/1828
 */
const ofTheJob = ({ logUrl }: Deployment, { url }: RunContext): boolean => logUrl.startsWith(`${url}/job/`);

type Mark = { readonly target?: unknown; readonly run?: unknown };

/** What Landfall wrote into a deployment: the target, and the run. Older answers of GitHub hold it as text. */
const markOf = ({ payload }: Deployment): Mark => {
  const read = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return undefined;
    }
  };
  const mark = (read(payload) as { landfall?: unknown } | null | undefined)?.landfall;
  return typeof mark === 'object' && mark !== null ? mark : {};
};

/** The deployment of this run, if there is one to tell of; and those of the same target that it takes the place of. */
type Known = { readonly id: number | undefined; readonly before: readonly number[] };

export const recorder = (given: Given): Recorder => {
  const { environment, target, url, context, github, signal } = given;
  if (environment === undefined) return { begin: () => undefined, end: () => Promise.resolve([]) };
  let begun: Promise<Answer<Known>> | undefined;

  const say = (id: number, state: DeploymentState, description: string): Promise<Answer<undefined>> =>
    github.say(id, {
      state,
      description: describe(description),
      logUrl: context.url,
      ...(url === undefined || state === 'inactive' ? {} : { url }),
    });

  /** A run has one deployment a target, whatever steps, jobs and attempts work on it. */
  const find = async (): Promise<Answer<Known & { readonly kept: boolean }>> => {
    const listed = await github.deployments(environment);
    if (!listed.ok) return listed;
    const kept = listed.value.some((one) => ofTheJob(one, context));
    const ours = listed.value.filter((one) => markOf(one).target === target);
    const own = ours.find((one) => markOf(one).run === context.runId);
    const before = ours.filter(({ id, state }) => id !== own?.id && state === 'success').map(({ id }) => id);
    return { ok: true, value: { id: kept ? undefined : own?.id, before, kept } };
  };

  const start = async (ref: string): Promise<Answer<Known>> => {
    const found = await find();
    if (!found.ok || found.value.kept) return found;
    const { id: own, before } = found.value;
    const made: Answer<number> =
      own === undefined
        ? await github.deploy({ environment, ref, payload: { landfall: { target, run: context.runId } } })
        : { ok: true, value: own };
    if (!made.ok) return made;
    const said = await say(made.value, 'in_progress', `to ${target}`);
    return said.ok ? { ok: true, value: { id: made.value, before } } : said;
  };

  return {
    begin: (commit) => {
      begun ??= start(commit ?? context.sha ?? '');
    },
    end: async (report, conclusion) => {
      const state = stateOf(report, conclusion);
      // a run that is cancelled has 5 s; its post step tells the end
      if (state === undefined || signal.aborted) return [];
      const known = await (begun ?? find());
      const untold = (why: string): readonly Note[] => [
        { kind: 'warning', text: `the deployment is not recorded at GitHub: ${why}` },
      ];
      if (!known.ok) return untold(known.why);
      const { id, before } = known.value;
      if (id === undefined) return [];
      const told = [await say(id, state, report.verdict)];
      if (state === 'success')
        for (const old of before)
          told.push(await say(old, 'inactive', `${report.release ?? 'another release'} serves`));
      return told.flatMap((one) => (one.ok ? [] : untold(one.why))).slice(0, 1);
    },
  };
};
