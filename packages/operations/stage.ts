import { filesOf } from '#check';
import type { Target } from '#config';
import { must } from '#fault';
import type { Problem } from '#fault';
import { agentSocket, openHost } from '#host';
import { timeline } from '#plan';
import type { Clock, GitHub, Post, Report, RunContext } from '#plan';
import { announce, announceNoEntry } from './announce.ts';
import { conclude, told } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { recorder } from './deployment.ts';
import { refuseFork } from './fork.ts';
import type { Place } from './place.ts';
import { noEvidence } from './scene.ts';
import type { Scene } from './scene.ts';
import { withSetup } from './setup.ts';
import { targetOf } from './target-of.ts';
import type { More } from './target-of.ts';
import { variablesOf } from './variables.ts';

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
  /** The runner's directory for temporary files. */
  readonly temp: string;
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
    temp: stage.temp,
    timeline: line,
    evidence: noEvidence(),
    github: stage.github,
    env: variablesOf(stage, place).values,
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
  /** What is looked at before anything is connected to. */
  before?: (target: Target) => Promise<void>,
): Promise<Report> => {
  const target = targetOf(stage, place, more);
  await before?.(target);
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
  const withScript = async (thrown: unknown): Promise<never> => {
    const failure = await withSetup(thrown, target, place);
    if (failure !== undefined) throw failure;
    throw thrown;
  };
  const scene = await enter(stage, place, target).catch(async (thrown: unknown) => {
    await announceNoEntry(stage, action, target, variablesOf(stage, place).values, thrown);
    return withScript(thrown);
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
      conclusion = await body({ ...scene, opened }).catch(withScript);
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
