import { fileProblems, filesOf } from '#check';
import { resolveSettings } from '#config';
import type { Settings } from '#config';
import { Failure } from '#fault';
import { timeline } from '#plan';
import type { Report } from '#plan';
import { checkOutside, strays } from './check.ts';
import { warnOfDrift } from './drift.ts';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { renew } from './renew.ts';
import { noEvidence } from './scene.ts';
import type { Scene } from './scene.ts';
import { refuseFork } from './fork.ts';
import { keyProblems, overridesOf } from './place.ts';
import type { Place } from './place.ts';
import { signOff, signOffProblems, signedRelease } from './sign-off.ts';
import { play } from './stage.ts';
import type { Stage } from './stage.ts';
import { configOf, refuseProblems } from './target-of.ts';
import { look, survey } from './survey.ts';
import { noteChecked } from './baseline.ts';
import { Ended, undoAfter } from './undo.ts';
import { variablesOf } from './variables.ts';

/** What a smoke test is to prove. */
export type SmokeWish = {
  /** The release that must be live; undefined: whichever is. */
  readonly release: string | undefined;
  readonly processes: 'auto' | 'true' | 'false';
  /** ms; in place of each check's own `within`. */
  readonly timeout: number | undefined;
  readonly onFailure: 'undo' | 'keep';
  /** The transaction that the person who started the run vouches for: `t42`. */
  readonly signOff: string | undefined;
  readonly dry: boolean;
};

/** With a host: the run's unconfirmed release is kept alive, checked, and taken back when it fails. Without: checks from outside alone. */
export const smokeTest = async (stage: Stage, place: Place, wish: SmokeWish): Promise<Report> => {
  // checks from outside too: landfall.yml may be the fork's, and it says where variables are sent
  refuseFork(stage);
  const config = configOf(stage, place);
  const { settings, problems } = resolveSettings({
    text: config.text,
    file: config.file,
    target: place.target,
    overrides: overridesOf(place),
    files: filesOf(stage.workspace),
  });
  // a url alone is enough: without a key nobody is asked to look at processes, and the verdict says so
  const outsideOnly = place.url !== undefined && keyProblems(place).length > 0;
  const hosted = settings?.host !== undefined && wish.processes !== 'false' && !outsideOnly;
  const needsHost = wish.processes === 'true' || wish.release !== undefined || wish.signOff !== undefined;
  if (hosted || needsHost)
    return play(
      stage,
      'smoke-test',
      place,
      (scene) => smoke(withTimeout(scene, wish), wish),
      () => signOffProblems(wish.signOff, stage.context),
    );
  const env = variablesOf(stage, place);
  refuseProblems([
    ...stage.problems,
    ...(config.problems.length > 0 ? config.problems : problems),
    ...fileProblems(filesOf(stage.workspace), settings?.checks ?? []),
    ...env.problems,
    ...(settings?.checks.some(({ from }) => from === 'host') === true
      ? [
          {
            where: 'checks',
            what: 'a check is from: host, but no host is connected',
            next: 'Name host, host-key and ssh-key, and leave processes on.',
          },
        ]
      : []),
    ...(settings !== undefined && settings.checks.length === 0
      ? [{ where: 'input url', what: 'there is nothing to check', next: 'set url, or checks, or a host' }]
      : []),
  ]);
  if (settings === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'no settings and no problem', next: 'Please report this.' });
  const evidence = noEvidence();
  const line = timeline({ clock: stage.clock, show: stage.show });
  const { startedAt, clock, signal, show } = stage;
  const told = {
    action: 'smoke-test',
    startedAt,
    wall: stage.wall,
    url: settings.url,
    timed: line.timed,
    evidence,
  };
  return conclude(told, async () => {
    if (wish.dry) return { outcome: 'planned', verdict: `${settings.checks.length} checks would be made from outside` };
    const target = { ...settings, checks: patient(settings.checks, wish.timeout) };
    await checkOutside({
      timeline: line,
      evidence,
      clock,
      env: env.values,
      files: filesOf(stage.workspace),
      signal,
      show,
      target,
    });
    return {
      outcome: 'done',
      verdict: `${evidence.checks.length} of ${evidence.checks.length} checks passed from outside; no process was looked at`,
    };
  });
};

const patient = (checks: Settings['checks'], timeout: number | undefined) =>
  timeout === undefined ? checks : checks.map((check) => ({ ...check, within: timeout }));

const withTimeout = (scene: Scene, { timeout }: SmokeWish): Scene => ({
  ...scene,
  target: { ...scene.target, checks: patient(scene.target.checks, timeout) },
});

const smoke = async (scene: Scene, wish: SmokeWish): Promise<Conclusion> => {
  const surveyed = await survey(scene, wish.signOff === undefined ? 'smoke' : 'sign-off', { dry: wish.dry });
  const { found, answer, standing } = surveyed;
  warnOfDrift(scene, found);
  const signed = wish.signOff === undefined ? undefined : signedRelease(wish.signOff, surveyed);
  const number = found.number;
  const unconfirmed = standing === 'switched-own' || standing === 'switched-own-rollback';
  const release = wish.release ?? signed ?? found.current;
  scene.evidence.release = release;
  if (number > 0) scene.evidence.transaction = `t${number}`;
  if (unconfirmed && found.previous !== '') scene.evidence.previous = found.previous;
  if (wish.dry)
    return { outcome: 'planned', verdict: `${release || 'nothing'} would be checked on ${scene.host.name}` };
  try {
    if (unconfirmed) await renew(scene, number, 0);
    await truth(scene, release);
    await checkOutside(scene);
    if (found.unchecked && scene.evidence.checks.length > 0) await noteChecked(scene, number);
  } catch (thrown) {
    if (!unconfirmed || wish.onFailure === 'keep') throw thrown;
    const { outcome, fault } = await undoAfter(scene, number, thrown, []);
    throw new Ended(outcome, fault);
  }
  const by = wish.signOff === undefined ? undefined : await signOff(scene, wish.signOff, surveyed);
  const at =
    answer === 'warn-test' ? ' (while another run is at work)' : unconfirmed ? ` (t${number}, not confirmed yet)` : '';
  return {
    outcome: 'done',
    verdict: `${release} serves: ${scene.evidence.processes.length} processes, ${scene.evidence.checks.length} checks${at}${by === undefined ? '' : `; ${by} signed ${wish.signOff ?? ''} off`}`,
    quiet: true,
  };
};

const truth = async (scene: Scene, release: string): Promise<void> => {
  await scene.timeline.step('processes', 'ask which release each process runs', async (note) => {
    const found = await look(scene);
    scene.evidence.processes = found.processes;
    const wrong = strays(
      found,
      release,
      scene.target.services.map(({ name }) => name),
    );
    if (release === '')
      throw new Failure({ code: 'CHECK_FAILED', what: 'no release serves on this host', next: 'Deploy first.' });
    if (wrong.length > 0)
      throw new Failure({
        code: 'CHECK_FAILED',
        what: `not every process is on ${release}`,
        host: scene.host.name,
        said: wrong,
        next: `Read the services’ logs below ${scene.target.base}/shared/logs on the host.`,
      });
    note(`${found.processes.length} on ${release}`);
  });
};
