import { fileProblems } from '#check';
import { recordedChecks } from '#config';
import { Failure, faultOf, must, ok } from '#fault';
import { destination } from '#journal';
import { renderPlan } from '#plan';
import type { Evidence, Plan } from '#plan';
import { decodeRelease } from '#release';
import type { Release } from '#release';
import { withTheirs } from './adoption.ts';
import { approvalsOf } from './approvals.ts';
import { strays } from './check.ts';
import { refuseProblems } from './target-of.ts';
import { nothingMore, preflight } from './preflight.ts';
import type { Conclusion } from './conclude.ts';
import { confirmStep } from './confirm.ts';
import { hookWave } from './hook.ts';
import { mute } from './host-notices.ts';
import { shownEvidence } from './evidence.ts';
import { keptEvidence } from './evidence-kept.ts';
import { refuseImageGone } from './image.ts';
import { open, turn, undoOf } from './open.ts';
import type { Opened } from './open.ts';
import type { Scene } from './scene.ts';
import { judge, liveOf, look, survey, warn } from './survey.ts';
import type { Survey } from './survey.ts';
import { switchStep } from './switch.ts';
import { passThrough, withinOf } from './through.ts';
import { baselineOf } from './baseline.ts';
import { warnOfDrift } from './drift.ts';
import { undo } from './undo.ts';
import { withUnits } from './units.ts';

export type RollbackWish = {
  /** `previous`, `t41`, a commit, or a release's id. */
  readonly to: string;
  readonly reason: string | undefined;
  /** ms */
  readonly within: number | undefined;
  readonly dry: boolean;
};

/** The facts of a release, as they were written when it was prepared. Throws RELEASE_UNKNOWN. */
const describe = async ({ host, target }: Scene, release: string): Promise<Release> =>
  must(decodeRelease(must(await host.run('describe', { base: target.base, release }))));

/**
 * Goes back to an earlier release: a transaction of its own, whose undo is the release that is live. What it needs lies with the
 * release on the host. An own open deploy is taken back first; for `previous` that is all that going back means then, and a run
 * that has gone back already does so no second time.
 */
export const rollback = async (scene: Scene, wish: RollbackWish): Promise<Conclusion> => {
  const surveyed = await survey(scene, 'rollback', { dry: wish.dry });
  const { found, answer } = surveyed;
  if (answer !== 'undo') return goBack(scene, surveyed, wish);
  const serves = found.previous || 'nothing';
  scene.evidence.transaction = `t${found.number}`;
  if (wish.dry)
    return { outcome: 'planned', verdict: `t${found.number} of this run would be taken back: ${serves} would serve` };
  await undo(scene, found.number, 'asked');
  if (wish.to === 'previous')
    return { outcome: 'done', verdict: `t${found.number} of this run is taken back: ${serves} serves`, back: true };
  return goBack(scene, judge(scene, 'rollback', await look(scene)), wish);
};

/** The evidence of the release that it goes back to. Whoever goes back in need is told what is wrong with it, and not held up. */
const evidenceOf = async (scene: Scene, release: string): Promise<Evidence | undefined> => {
  try {
    return await keptEvidence(scene, release);
  } catch (thrown) {
    warn(scene, `the evidence of ${release}: ${faultOf(thrown).what}`);
    return undefined;
  }
};

/** Where to. An own rollback that has switched already goes on. */
const towards = ({ found, history, answer }: Survey, { to }: RollbackWish): ReturnType<typeof destination> =>
  answer === 'finish'
    ? ok({ release: found.release, several: [] })
    : destination(
        to,
        history,
        liveOf(found),
        found.releases.map(({ id }) => id),
      );

const goBack = async (scene: Scene, before: Survey, wish: RollbackWish): Promise<Conclusion> => {
  // what another run leaves live decides what "previous" is, and whether the schemas fit: first wait, then plan
  const surveyed = wish.dry ? before : await turn(scene, before, 'rollback');
  const { found, answer } = surveyed;
  if (answer === 'nothing' && wish.to === 'previous')
    return { outcome: 'unchanged', verdict: `this run has gone back already: ${found.current || 'nothing'} serves` };
  const live = liveOf(found);
  // whoever goes back in need is told, and not held up
  warnOfDrift(scene, found);
  const { release, several } = must(towards(surveyed, wish));
  if (several.length > 0) warn(scene, `${wish.to} fits ${several.join(', ')}: the newest confirmed one is taken`);
  const [to, from, kept] = await Promise.all([
    describe(scene, release),
    live === '' ? undefined : describe(scene, live),
    evidenceOf(scene, release),
  ]);
  if (kept !== undefined) scene.evidence.evidence = shownEvidence(kept);
  scene.evidence.release = release;
  scene.evidence.commit = to.commit;
  refuseSchema(to, from);
  if (to.environment !== null && !found.environments.includes(to.environment))
    throw new Failure({
      code: 'RELEASE_UNKNOWN',
      what: `the Python environment ${to.environment} of ${release} is no longer on the host`,
      next: 'Deploy that commit again: its environment is then built anew.',
    });
  await refuseImageGone(scene, to);
  if (wish.reason !== undefined)
    scene.evidence.notes = [...scene.evidence.notes, { kind: 'info', text: `reason: ${wish.reason}` }];
  const services = to.services.map(({ name }) => name);
  if (release === live && strays(found, release, services).length === 0)
    return { outcome: 'unchanged', verdict: `${release} serves already` };

  const within = withinOf('step', wish.within ?? scene.target.confirmWithin);
  // how it was checked when it was deployed is how it is checked now
  const stage = withRelease(scene, to);
  refuseProblems(fileProblems(scene.files, stage.target.checks));
  const { found: withThem } = await withUnits(stage, await withTheirs(stage, surveyed));
  must(preflight(withThem, stage.target, { ...nothingMore(stage.target), back: true }));
  const plan = planOf(stage, surveyed, to, within);
  scene.evidence.plan = plan;
  for (const line of renderPlan(plan)) scene.show(line);
  if (wish.dry) return { outcome: 'planned', verdict: `${release} would serve after ${live || 'nothing'}` };

  const approvals = approvalsOf(scene);
  const baseline = live === '' ? [] : await baselineOf(stage, surveyed.found);
  const opened = await open(stage, surveyed, {
    wish: 'rollback',
    kind: 'rollback',
    release,
    commit: 'step',
    allowOlder: true,
    reason: wish.reason,
    approvals,
  });
  if (opened.previous !== live) await refuseMoved(stage, opened);
  return passThrough(stage, opened, {
    release,
    services,
    hooks: to.hooks,
    commit: 'step',
    within,
    environmentFrom: release === live ? '' : live,
    pace: found.pace,
    baseline,
  });
};

/** Another run was faster: what was planned and checked was for another release. Throws TX_BUSY. */
const refuseMoved = async (scene: Scene, { number, previous }: Opened): Promise<never> => {
  await undo(scene, number, 'failed');
  throw new Failure({
    code: 'TX_BUSY',
    what: `another run has changed what serves: it is ${previous || 'nothing'} now`,
    next: 'Look whether going back is still wanted, and run again.',
  });
};

const withRelease = (scene: Scene, release: Release): Scene => ({
  ...scene,
  target: {
    ...scene.target,
    services: release.services,
    // as the configuration wrote them when it was deployed
    checks: scene.target.checks.length > 0 ? scene.target.checks : recordedChecks(release.checks),
    ...(scene.target.url === undefined && release.url !== null ? { url: release.url } : {}),
  },
});

/** Code alone goes back: to another schema it must not. */
const refuseSchema = (to: Release, from: Release | undefined): void => {
  if (from === undefined) return;
  const ahead = from.leaves.filter((leaf) => !to.leaves.includes(leaf));
  const behind = to.leaves.filter((leaf) => !from.leaves.includes(leaf));
  if (ahead.length + behind.length === 0) return;
  throw new Failure({
    code: 'SCHEMA_DIFFERS',
    what: `${to.id} and ${from.id} expect different schemas`,
    said: [...ahead.map((leaf) => `applied since: ${leaf}`), ...behind.map((leaf) => `not any more: ${leaf}`)],
    next: `Reverse these migrations with the newer code first (manage.py migrate <app> <name>), or deploy a release that fits the schema.`,
  });
};

const planOf = (scene: Scene, { found }: Survey, { id: release, hooks }: Release, within: number): Plan => {
  const live = liveOf(found);
  const number = found.number + 1;
  return {
    action: 'rollback',
    target: scene.target.name,
    host: scene.host.name,
    release,
    ...(live === '' ? {} : { live }),
    path: 'online',
    undo: undoOf(found),
    waves: [
      ...hookWave(scene, number, 'before-switch', hooks),
      [switchStep(scene, number, { release, within, environmentFrom: live, first: live === '', pace: found.pace })],
      ...hookWave(scene, number, 'after-switch', hooks),
      [confirmStep(scene, number)],
    ],
    notes: [
      { kind: 'info', text: 'environment variables stay as they are today; names that differ are printed' },
      ...mute(found, scene.target),
    ],
  };
};
