import { createHash } from 'node:crypto';
import { encode, read } from '#evidence';
import { must } from '#fault';
import type { Evidence, Plan } from '#plan';
import { growEvidence, leaveEvidence, shownEvidence } from './evidence.ts';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import { warn } from './survey.ts';

/** The evidence that is kept with a release on the host; undefined: there is none. Faults: EVIDENCE_DIFFERS. */
export const keptEvidence = async ({ host, target, signal }: Scene, release: string): Promise<Evidence | undefined> => {
  const bytes = must(await host.run('evidence', { base: target.base, release }, { signal }));
  return bytes.length === 0 ? undefined : must(read(bytes, `EVIDENCE.json of ${release}`));
};

/** Puts a chain into what the action tells, and gives the scene that has it. */
export const withEvidence = (scene: Scene, chain: Evidence | undefined, file?: string): Scene => {
  if (chain === undefined) return scene;
  scene.evidence.evidence = shownEvidence(chain, file);
  return { ...scene, chain };
};

type Kept = { readonly number?: number; readonly release: string; readonly chain: Evidence };

const keepStep = (on: Pick<Scene, 'host' | 'target'>, { number, release, chain }: Kept): StepOf<'keep-evidence'> =>
  step(on, 'keep-evidence', `keep the evidence with ${release}`, 'keep-evidence', {
    base: on.target.base,
    number,
    release,
    sum: createHash('sha256').update(encode(chain)).digest('hex'),
  });

/** Keeps the chain with a release that lies on the host already, as it was given; one that serves has a longer one. */
export const keepAgain = async (scene: Scene, release: string, serves: boolean): Promise<void> => {
  const { chain } = scene;
  if (chain === undefined || serves) return;
  await perform(scene, keepStep(scene, { release, chain }), { body: Buffer.from(encode(chain)) });
};

/**
 * Adds to the chain that the release serves, and what its checks found; keeps it with the release, and leaves it on the runner.
 * It comes last: the release serves, and nothing that goes wrong here takes it back.
 */
export const keepGrown = async (scene: Scene, number: number, release: string): Promise<void> => {
  if (scene.chain === undefined) return;
  const { evidence, host, target } = scene;
  const passed = evidence.checks.filter(({ ok }) => ok).length;
  const chain = growEvidence(
    scene,
    scene.chain,
    { kind: 'deploy', release, transaction: `t${number}`, host: host.name, target: target.name },
    ...(evidence.checks.length === 0
      ? []
      : [{ kind: 'smoke' as const, release, passed, failed: evidence.checks.length - passed }]),
  );
  try {
    evidence.evidence = leaveEvidence(scene, chain);
    await perform(scene, keepStep(scene, { number, release, chain }), {
      body: Buffer.from(encode(chain)),
      signal: scene.deadline(30_000),
    });
  } catch (thrown) {
    warn(
      scene,
      `the evidence was not kept with ${release}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
};

/** A plan that says what evidence there is, and where it will be kept. */
export const planWithEvidence = (scene: Scene, plan: Plan): Plan => {
  const { chain } = scene;
  if (chain === undefined) return plan;
  const said = shownEvidence(chain).links.map(({ kind, what }) => ({
    kind: 'info' as const,
    text: `evidence: ${kind}: ${what}`,
  }));
  const steps = plan.path === 'unchanged' ? [] : [[keepStep(scene, { release: plan.release, chain })]];
  return { ...plan, waves: [...plan.waves, ...steps], notes: [...plan.notes, ...said] };
};
