import { fileProblems, filesOf } from '#check';
import { resolveTarget, readConfig } from '#config';
import type { Overrides, Target } from '#config';
import { Failure, must } from '#fault';
import type { Problem } from '#fault';
import { agentSocket, openHost } from '#host';
import { timeline } from '#plan';
import type { Clock, GitHub, Post, Report, RunContext } from '#plan';
import { announce, announceNoEntry } from './announce.ts';
import { conclude, told } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { recorder } from './deployment.ts';
import { refuseFork } from './fork.ts';
import { notifyProblems } from './notify.ts';
import { noEvidence } from './scene.ts';
import type { Scene } from './scene.ts';

/** What an action's entry gives to operations: who runs, and how to tell. */
export type Stage = {
  readonly context: RunContext;
  readonly clock: Clock;
  /** Wall clock, for people. */
  readonly wall: () => Date;
  /** Fires after so many ms. */
  readonly deadline: (ms: number) => AbortSignal;
  readonly signal: AbortSignal;
  readonly github: GitHub;
  readonly post: Post;
  readonly workspace: string;
  readonly startedAt: Date;
  readonly show: (line: string) => void;
  /** Hides all secrets from here on, but what stands in `open`. */
  readonly shield: (open: string) => void;
  /** Keeps a value for the post step; what main has kept. */
  readonly save: (key: string, value: string) => void;
  readonly state: (key: string) => string | undefined;
  /** What is wrong with the inputs as such. */
  readonly problems: readonly Problem[];
  readonly variables: (names: readonly string[]) => {
    readonly values: Readonly<Record<string, string>>;
    readonly problems: readonly Problem[];
  };
};

/** The inputs that say where to go and how to get in, as actions name them. */
export type Place = {
  readonly config: string | undefined;
  readonly target: string | undefined;
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly 'ssh-key': string | undefined;
  readonly 'ssh-key-passphrase': string | undefined;
  readonly 'host-key': string | undefined;
  readonly url?: string | undefined;
  readonly checks?: string | undefined;
  readonly 'confirm-within'?: number | undefined;
  readonly environment?: string | undefined;
  readonly env?: readonly string[];
};

/** Inputs that stand for keys of landfall.yml. */
export const overridesOf = (place: Place): Overrides => ({
  host: place.host,
  hostKey: place['host-key'],
  path: place.path,
  url: place.url,
  checks: place.checks,
  confirmWithin: place['confirm-within'],
});

/** All problems of inputs and file, as one fault; nothing was done yet. */
export const refuseProblems = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return;
  throw new Failure({
    code: 'INPUT_INVALID',
    what:
      problems.length === 1
        ? problems.map(({ where, what }) => `${where}: ${what}`).join()
        : `${problems.length} inputs or keys are wrong`,
    next: 'Mend each of them; nothing was changed.',
    problems,
  });
};

/** landfall.yml's text, or what is wrong with finding it. */
export const configOf = (stage: Stage, place: Place): { text?: string; file: string; problems: readonly Problem[] } => {
  const read = readConfig(stage.workspace, place.config);
  if (read.ok) return { ...read.value, problems: [] };
  return { file: place.config ?? 'landfall.yml', problems: read.fault.problems ?? [] };
};

/** The way in: a key or an agent. */
export const keyProblems = (place: Place): readonly Problem[] =>
  place['ssh-key'] !== undefined || agentSocket() !== undefined
    ? []
    : [
        {
          where: 'input ssh-key',
          what: 'the private key is missing, and there is no SSH agent',
          next: 'ssh-key: ${{ secrets.SSH_KEY }}, and a secret of that name in the repository’s settings',
        },
      ];

/** What else is wrong with the inputs, now that the target is known (undefined: it could not be read). */
export type More = (target: Target | undefined) => readonly Problem[];

/** The target that inputs and file describe, or every problem of both at once. Throws FORK_REFUSED, INPUT_INVALID. */
export const targetOf = (stage: Stage, place: Place, more: More = () => []): Target => {
  // first: a fork's run has no secrets, and would be told to set them
  refuseFork(stage);
  const config = configOf(stage, place);
  const { target, problems } = resolveTarget({
    text: config.text,
    file: config.file,
    target: place.target,
    overrides: overridesOf(place),
  });
  const env = stage.variables(place.env ?? []);
  // what could not be read cannot be said to lack a host
  const own = config.problems.length > 0 ? config.problems : problems;
  refuseProblems([
    ...stage.problems,
    ...own,
    ...fileProblems(filesOf(stage.workspace), target?.checks ?? []),
    ...keyProblems(place),
    ...env.problems,
    ...more(target),
    ...(target === undefined ? [] : notifyProblems(target, place.env ?? [], env.values)),
  ]);
  if (target === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'no target and no problem', next: 'Please report this.' });
  return target;
};

/** Connects to the target's host: the one door to it. Faults: FORK_REFUSED, SSH_*. */
export const enter = async (stage: Stage, place: Place, target: Target): Promise<Scene> => {
  refuseFork(stage);
  const line = timeline({ clock: stage.clock, show: stage.show });
  const { host, base, pins, via } = target;
  const key = place['ssh-key'];
  const passphrase = place['ssh-key-passphrase'];
  const agent = agentSocket();
  // before the host can say a word: what an application prints of its environment must not be shown
  stage.shield(JSON.stringify(target));
  const opened = await line.step('connect', `connect to ${host.name}`, async () =>
    must(
      await openHost({
        ...host,
        pins,
        via,
        base,
        driver: stage.context.driver,
        signal: stage.signal,
        ...(key === undefined
          ? agent === undefined
            ? {}
            : { agent }
          : { key: { privateKey: key, ...(passphrase === undefined ? {} : { passphrase }) } }),
      }),
    ),
  );
  return {
    host: opened,
    target,
    context: stage.context,
    clock: stage.clock,
    wall: stage.wall,
    deadline: stage.deadline,
    signal: stage.signal,
    show: stage.show,
    timeline: line,
    evidence: noEvidence(),
    github: stage.github,
    env: stage.variables(place.env ?? []).values,
    files: filesOf(stage.workspace),
  };
};

/** Connects, plays the body, and makes the report, whatever became of it. */
export const play = async (
  stage: Stage,
  action: string,
  place: Place,
  body: (scene: Scene) => Promise<Conclusion>,
  more?: More,
): Promise<Report> => {
  const target = targetOf(stage, place, more);
  const report = await playOn(stage, action, place, target, (scene) => {
    // saved before anything is opened: post must find the host whatever later steps do to the checkout
    stage.save(kept, JSON.stringify(target));
    return body(scene);
  });
  // post has nothing to close then, and would only fail as this has failed
  if (!report.timeline.some(({ id }) => id === 'open')) stage.save(kept, '');
  return report;
};

const kept = 'target';

/** The target that main went to; undefined: it did not get so far. */
export const keptTarget = (stage: Stage): Target | undefined => {
  const text = stage.state(kept);
  return text === undefined || text === '' ? undefined : (JSON.parse(text) as Target);
};

/** As {@link play}, on a target that is known. */
export const playOn = async (
  stage: Stage,
  action: string,
  place: Place,
  target: Target,
  body: (scene: Scene) => Promise<Conclusion>,
): Promise<Report> => {
  const scene = await enter(stage, place, target).catch(async (thrown: unknown) => {
    await announceNoEntry(stage, action, target, stage.variables(place.env ?? []).values, thrown);
    throw thrown;
  });
  const { context, github, signal } = stage;
  const { environment } = place;
  const record = recorder({ environment, target: target.name, url: target.url, context, github, signal });
  const opened = (): void => {
    record.begin(scene.evidence.commit);
  };
  let conclusion: Conclusion | undefined;
  try {
    const report = await conclude(told(scene, action, stage.startedAt), async () => {
      conclusion = await body({ ...scene, opened });
      return conclusion;
    });
    const [unrecorded, unsent] = await Promise.all([
      record.end(report, conclusion),
      announce(stage, scene, report, conclusion),
    ]);
    const notes = [...unrecorded, ...unsent];
    for (const { text } of notes) stage.show(`! ${text}`);
    return { ...report, notes: [...report.notes, ...notes] };
  } finally {
    await scene.host.close();
  }
};
