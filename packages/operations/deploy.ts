import { filesOf } from '#check';
import type { Problem } from '#fault';
import type { Report } from '#plan';
import { readEnvFile } from '#release';
import { closeAfterJob } from './close.ts';
import type { Conclusion } from './conclude.ts';
import { imageProblems, noImage } from './image.ts';
import { siteProblems } from './nginx-site.ts';
import type { Opening } from './open.ts';
import { packageIndexProblems } from './package-index.ts';
import { evidenceProblems, provenBefore } from './evidence-demand.ts';
import type { Proof } from './evidence-demand.ts';
import { withEvidence } from './evidence-kept.ts';
import type { Scene } from './scene.ts';
import { keptTarget, play, playOn } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Place } from './place.ts';
import type { More } from './target-of.ts';
import { gapProblems } from './through.ts';
import { commitOf, phases } from './phases.ts';
import type { DeployWish } from './phases.ts';

const ended = 'ended';

/** Nothing is left for post: nothing was opened, or it was confirmed or taken back already. */
export const endsItself = (result: Report['result'], commit: Opening['commit']): boolean =>
  ['unchanged', 'planned', 'refused', 'undone'].includes(result) || (result === 'done' && commit === 'step');

const commitProblems = ({ phase, commit }: DeployWish): readonly Problem[] =>
  commit === undefined || phase === 'deploy' || phase === 'switch'
    ? []
    : [
        {
          where: 'input commit',
          what: `commit says who ends a switched release: it goes with phase deploy or switch, not ${phase}`,
          next: 'leave commit out here',
        },
      ];

const envFileProblems = ({ envFile }: DeployWish): readonly Problem[] => {
  const read = envFile === undefined ? undefined : readEnvFile(envFile);
  return read?.ok === false ? (read.fault.problems ?? []) : [];
};

/** The action deploy-over-ssh: one of its phases, from inputs to report. Throws INPUT_INVALID, SSH_*. */
export const deployOverSsh = async (stage: Stage, place: Place, wish: DeployWish): Promise<Report> => {
  let proof: Proof = { notes: [] };
  const proven = { ...wish, image: wish.image?.image };
  const body = (scene: Scene): Promise<Conclusion> => {
    scene.evidence.notes = [...scene.evidence.notes, ...proof.notes];
    for (const { text } of proof.notes) scene.show(`! ${text}`);
    return phases[wish.phase](withEvidence(scene, proof.chain, proof.file), wish, stage.workspace);
  };
  // what is only prepared is no deployment yet
  const environment = wish.phase === 'prepare' ? undefined : place.environment;
  const problems: More = (target) => [
    ...commitProblems(wish),
    ...evidenceProblems(proven),
    ...envFileProblems(wish),
    ...packageIndexProblems(wish.packageIndex),
    ...imageProblems(wish.image ?? noImage, wish.phase),
    ...(target === undefined ? [] : gapProblems(target.url, wish.maxDowntime)),
    ...(wish.phase === 'deploy' || wish.phase === 'prepare' ? siteProblems(target, filesOf(stage.workspace)) : []),
  ];
  const report = await play(stage, 'deploy-over-ssh', { ...place, environment }, body, problems, async (target) => {
    proof = await provenBefore(stage, target, proven);
  });
  if (endsItself(report.result, commitOf(wish))) stage.save(ended, 'yes');
  return report;
};

/** Its post step: closes what main left open. Nothing to report where there is nothing to close. */
export const closeDeploy = async (
  stage: Stage,
  place: Place,
  { phase, commit, jobStatus }: { phase: DeployWish['phase']; commit: DeployWish['commit']; jobStatus: string },
  action = 'deploy-over-ssh',
): Promise<Report | undefined> => {
  if ((phase !== 'deploy' && phase !== 'switch') || stage.state(ended) === 'yes') return undefined;
  const target = keptTarget(stage);
  if (target === undefined) return undefined;
  const found = { open: true };
  const report = await playOn(stage, `${action} (post)`, place, target, async (scene) => {
    const conclusion = await closeAfterJob(scene, commitOf({ phase, commit }), jobStatus === 'success');
    found.open = conclusion !== undefined;
    return conclusion ?? { outcome: 'unchanged', verdict: 'nothing was left open' };
  });
  return found.open ? report : undefined;
};
