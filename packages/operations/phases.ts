import { must } from '#fault';
import { renderPlan } from '#plan';
import { adopt, adoptionOf, lend, refuseMigration, withHandMade } from './adoption.ts';
import { approvalsOf } from './approvals.ts';
import { abortPhase, confirmPhase } from './close.ts';
import type { Conclusion } from './conclude.ts';
import { refuseImageGone } from './image.ts';
import type { ImageWish } from './image.ts';
import { trySite } from './nginx-site.ts';
import { open, refuseStale } from './open.ts';
import type { Opening } from './open.ts';
import { planDeploy, planPrepare, planSwitch } from './plan.ts';
import { nothingMore, preflight } from './preflight.ts';
import { beginDesign, design } from './design.ts';
import { provenOnHost } from './evidence-demand.ts';
import { planWithEvidence, withEvidence } from './evidence-kept.ts';
import { refuseDrift } from './drift.ts';
import { prepare, preparedOf, schemaStep, tidy } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import type { Scene } from './scene.ts';
import { liveOf, survey } from './survey.ts';
import { withUnits } from './units.ts';
import type { Survey } from './survey.ts';
import { passThrough, withinOf } from './through.ts';
import { baselineOf } from './baseline.ts';

export type DeployWish = {
  readonly phase: 'deploy' | 'prepare' | 'switch' | 'confirm' | 'abort';
  /** Who ends the transaction; undefined: the step, or after `phase: switch` the job. */
  readonly commit: Opening['commit'] | undefined;
  /** The content of .env; undefined: shared/.env on the host. */
  readonly envFile: string | undefined;
  /** The address of the package index, with user and password; undefined: as the host is set. */
  readonly packageIndex: string | undefined;
  /** The image that it runs, where it has one. */
  readonly image?: ImageWish | undefined;
  /** ms */
  readonly within: number | undefined;
  /** ms */
  readonly maxDowntime: number | undefined;
  /** The path of a document of evidence. */
  readonly evidence: string | undefined;
  readonly allowOlder: boolean;
  /** Deploy over files that were changed on the host. */
  readonly allowDrift: boolean;
  readonly dry: boolean;
};

/** Who ends the transaction when nothing is said. */
export const commitOf = ({ phase, commit }: Pick<DeployWish, 'phase' | 'commit'>): Opening['commit'] =>
  commit ?? (phase === 'switch' ? 'job' : 'step');

/** Everything in one step: prepare beside the running release, open, switch, check, confirm. */
const deploy = async (scene: Scene, wish: DeployWish, workspace: string): Promise<Conclusion> => {
  const beginning = beginDesign(scene, workspace);
  const looked = await withUnits(scene, await withHandMade(scene, await survey(scene, 'deploy', { dry: wish.dry })));
  refuseStale(scene, looked, wish.allowOlder);
  refuseDrift(scene, looked.found, wish.allowDrift);
  const designed = await design(scene, looked, wish, beginning);
  const surveyed = { ...looked, adoption: adoptionOf(scene, looked) };
  const { release } = designed;
  const plan = planWithEvidence(scene, planDeploy(scene, surveyed, designed));
  scene.evidence.plan = plan;
  scene.evidence.release = release.id;
  scene.evidence.commit = release.commit;
  for (const line of renderPlan(plan)) scene.show(line);
  if (plan.path === 'unchanged')
    return { outcome: 'unchanged', verdict: `${release.id} serves already, in every process` };
  if (designed.site !== undefined) await trySite(scene, designed.site);
  if (wish.dry)
    return { outcome: 'planned', verdict: `${release.id} would serve after ${liveOf(surveyed.found) || 'nothing'}` };
  const lent = await lend(scene, surveyed, designed.env.from === 'shared');
  const prepared = await prepare(scene, surveyed, designed, wish);
  return toLive(scene, wish, surveyed, prepared, lent);
};

/** What `switch` and `deploy` share: from a prepared release to a live one. */
const toLive = async (
  scene: Scene,
  wish: DeployWish,
  surveyed: Survey,
  { release, before }: Prepared,
  lent: readonly string[],
): Promise<Conclusion> => {
  const commit = commitOf(wish);
  const { adoption } = surveyed;
  refuseMigration(adoption, before);
  const live = liveOf(surveyed.found);
  const approvals = approvalsOf(scene);
  // where this run has switched already, what serves is not what an undo would bring back
  const baseline = live === '' || surveyed.answer === 'finish' ? [] : await baselineOf(scene, surveyed.found);
  const opening = open(scene, surveyed, {
    wish: wish.phase === 'switch' ? 'switch' : 'deploy',
    kind: 'deploy',
    release: release.id,
    commit,
    allowOlder: wish.allowOlder,
    measured: wish.maxDowntime !== undefined,
    adopts: adoption !== undefined,
    approvals,
  });
  // beside the opening: one round trip for both
  const [opened] = await Promise.all([opening, tidy(scene)]);
  if (adoption !== undefined) scene.evidence.previous = adoption.id;
  return passThrough(scene, adoption === undefined ? opened : { ...opened, previous: adoption.id }, {
    release: release.id,
    services: release.services.map(({ name }) => name),
    hooks: release.hooks,
    commit,
    within: withinOf(commit, wish.within ?? scene.target.confirmWithin),
    maxDowntime: wish.maxDowntime,
    environmentFrom: '',
    pace: surveyed.found.pace,
    baseline,
    before: adoption === undefined ? before : (number) => adopt(scene, number, adoption, lent),
  });
};

/** `phase: prepare`: the release lies on the host; nothing is held and nothing has changed for anybody. */
const preparePhase = async (scene: Scene, wish: DeployWish, workspace: string): Promise<Conclusion> => {
  const beginning = beginDesign(scene, workspace);
  const looked = await withUnits(scene, await withHandMade(scene, await survey(scene, 'prepare', { dry: wish.dry })));
  const designed = await design(scene, looked, wish, beginning);
  const surveyed = { ...looked, adoption: adoptionOf(scene, looked) };
  const plan = planWithEvidence(scene, planPrepare(scene, surveyed, designed));
  scene.evidence.plan = plan;
  scene.evidence.release = designed.release.id;
  scene.evidence.commit = designed.release.commit;
  for (const line of renderPlan(plan)) scene.show(line);
  if (designed.site !== undefined) await trySite(scene, designed.site);
  if (wish.dry) return { outcome: 'planned', verdict: `${designed.release.id} would be prepared` };
  await lend(scene, surveyed, designed.env.from === 'shared');
  await prepare(scene, surveyed, designed, wish);
  await tidy(scene);
  return {
    outcome: 'done',
    verdict: `${designed.release.id} is prepared; ${surveyed.found.current || 'nothing'} serves as before`,
    quiet: true,
  };
};

/** `phase: switch`: what this attempt of the run has prepared goes live. */
const switchPhase = async (on: Scene, wish: DeployWish): Promise<Conclusion> => {
  const looked = await withHandMade(on, await survey(on, 'switch', { dry: wish.dry }));
  refuseStale(on, looked, wish.allowOlder);
  refuseDrift(on, looked.found, wish.allowDrift);
  const seen = { ...looked, adoption: adoptionOf(on, looked) };
  const { release, chain } = await preparedOf(on, seen);
  provenOnHost(on.context, on.target, chain, release);
  const scene = withEvidence(on, chain);
  scene.evidence.release = release.id;
  scene.evidence.commit = release.commit;
  await refuseImageGone(scene, release);
  const target = { ...scene.target, services: release.services };
  const surveyed = await withUnits({ ...scene, target }, seen);
  must(preflight(surveyed.found, target, nothingMore(scene.target), looked.made));
  const plan = planWithEvidence(scene, planSwitch(scene, surveyed, release));
  scene.evidence.plan = plan;
  for (const line of renderPlan(plan)) scene.show(line);
  if (plan.path === 'unchanged')
    return { outcome: 'unchanged', verdict: `${release.id} serves already, in every process` };
  if (wish.dry)
    return { outcome: 'planned', verdict: `${release.id} would serve after ${liveOf(surveyed.found) || 'nothing'}` };
  const before = await schemaStep(scene, surveyed, release);
  return toLive(scene, wish, surveyed, { release, before }, await lend(scene, surveyed, false));
};

/** What each phase does on the scene. */
export const phases = {
  deploy,
  prepare: preparePhase,
  switch: switchPhase,
  confirm: confirmPhase,
  abort: abortPhase,
} as const satisfies Record<
  DeployWish['phase'],
  (scene: Scene, wish: DeployWish, workspace: string) => Promise<Conclusion>
>;
