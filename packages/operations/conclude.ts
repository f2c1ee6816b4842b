import { faultOf } from '#fault';
import { outcomeOf } from '#plan';
import type { Outcome, Plan, Report } from '#plan';
import type { Evidence, Scene } from './scene.ts';
import { Ended } from './undo.ts';

/** What an action came to, when nothing failed. */
export type Conclusion = {
  readonly outcome: Outcome;
  readonly verdict: string;
  /** What was done is to take this run's release back. */
  readonly back?: boolean;
  /** It went well, and is no news to anybody. */
  readonly quiet?: boolean;
};

const outcome = (thrown: unknown): Outcome => (thrown instanceof Ended ? thrown.outcome : outcomeOf(faultOf(thrown)));

type Told = {
  readonly action: string;
  readonly startedAt: Date;
  readonly wall: () => Date;
  readonly url?: string | undefined;
  readonly target?: string;
  readonly host?: string;
  readonly run?: { readonly url: string; readonly actor: string };
  readonly timed: () => Report['timeline'];
  readonly evidence: Evidence;
};

/** Carries an action's body out and makes its report, whatever became of it. */
export const conclude = async (told: Told, body: () => Promise<Conclusion>): Promise<Report> => {
  try {
    const { outcome, verdict } = await body();
    return report(told, outcome, verdict);
  } catch (thrown) {
    const came = outcome(thrown);
    const { cause, ...fault } = faultOf(thrown);
    if (fault.code === 'TX_LATE') takenBack(told.evidence);
    const serves = came === 'undone' ? `; ${told.evidence.release || 'nothing'} serves` : '';
    return report(told, came, `${fault.what}${serves}`, fault);
  }
};

/** The host has undone it by itself: what served before serves. */
const takenBack = (evidence: Evidence): void => {
  evidence.release = evidence.previous;
  evidence.undo = undefined;
  evidence.processes = [];
};

/** A plan without plain hashes of variables, which could be guessed by trying. */
const published = (plan: Plan): Plan =>
  JSON.parse(JSON.stringify(plan, (key, value: unknown) => (key === 'sha256' ? undefined : value))) as Plan;

const report = (told: Told, result: Outcome, verdict: string, fault?: Report['fault']): Report => {
  const { evidence, startedAt, wall, timed, action, url, target, host, run } = told;
  const plan = evidence.plan === undefined ? undefined : published(evidence.plan);
  const known = Object.fromEntries(
    Object.entries({ url, target, host, run, ...evidence, plan, fault }).filter(([, value]) => value !== undefined),
  ) as Partial<Report>;
  return {
    v: 1,
    processes: [],
    checks: [],
    notes: [],
    ...known,
    action,
    result,
    verdict,
    startedAt: startedAt.toISOString(),
    ms: wall().getTime() - startedAt.getTime(),
    timeline: timed(),
  };
};

/** What a scene tells its report. */
export const told = (scene: Scene, action: string, startedAt: Date): Told => ({
  action,
  startedAt,
  wall: scene.wall,
  url: scene.target.url,
  target: scene.target.name,
  host: scene.host.name,
  run: { url: scene.context.url, actor: scene.context.actor },
  timed: scene.timeline.timed,
  evidence: scene.evidence,
});
