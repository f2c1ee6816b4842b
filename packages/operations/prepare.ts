import { encode } from '#evidence';
import { Failure, must, ok } from '#fault';
import { secretsOfAddress } from '#plan';
import type { Evidence, Hooks } from '#plan';
import { indexBody, probeBody } from '#remote';
import {
  consequences,
  decodeRelease,
  envHash,
  difference,
  leavesOf,
  packed,
  probedOf,
  recordFiles,
  upload,
} from '#release';
import type { Application, Consequences, Release } from '#release';
import type { Designed, Material } from './design.ts';
import { bringImage } from './bring-image.ts';
import { keepAgain, keptEvidence } from './evidence-kept.ts';
import { migration } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { perform } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import { arrangeStep, environmentStep, probeStep, publishStep, receiveStep } from './steps.ts';
import { warn } from './survey.ts';
import type { Survey } from './survey.ts';

/** A release that lies on the host, whole and proven; and what its schema asks for before the switch. */
export type Prepared = {
  readonly release: {
    readonly id: string;
    readonly services: readonly { readonly name: string }[];
    readonly hooks: Hooks;
  };
  readonly before: Migration;
};

/**
 * Puts the release beside the running one: uploads what the host has not seen, proves the whole tree, builds its environment,
 * asks the application, which collects its static files on the way. Holds nothing. What failed half-way is removed again; after a success the caller
 * does that, by {@link tidy}, when it costs no round trip of its own.
 */
export const prepare = async (
  scene: Scene,
  { found, history }: Survey,
  designed: Designed,
  material: Material,
): Promise<Prepared> => {
  const { id } = designed.release;
  try {
    await bringImage(scene, designed.image);
    if (!designed.kept) await stage(scene, found, designed, material);
    let published = designed.kept;
    const ask = (): Promise<Application | undefined> =>
      probe(scene, probeStep(scene, { ...designed, kept: published }));
    const application = await ask();
    if (application === undefined)
      warn(
        scene,
        `no manage.py in ${scene.target.directory}: not taken for Django, so no static files, migrations or shared files are looked after (the key \`directory\` says where it is)`,
      );
    if (!designed.kept || !preparedBefore(scene, found, designed)) await publish(scene, designed, application);
    published = true;
    if (designed.kept) await keepAgain(scene, id, found.current === id);
    // refused only now: whoever applies migrations by hand needs the release on the host
    return { release: designed.release, before: migration(scene, history, id, application, ask) };
  } catch (thrown) {
    await tidy(scene);
    throw thrown;
  }
};

/** Deletes what this run staged and did not publish, and what dead ones left behind a week ago. Faults are passed over: it is only room. */
export const tidy = async ({ host, target, context, deadline }: Scene): Promise<void> => {
  await host.run('discard', { base: target.base, driver: context.driver }, { signal: deadline(20_000) });
};

const attemptOf = ({ context }: Scene): string => `${context.runId}/${context.attempt}`;

/** A kept release has to learn that this run prepared it too, unless it knows. */
const preparedBefore = (scene: Scene, found: Survey['found'], { release }: Designed): boolean =>
  found.releases.some(({ id, preparedBy }) => id === release.id && preparedBy.includes(attemptOf(scene)));

const stage = async (scene: Scene, found: Survey['found'], designed: Designed, material: Material): Promise<void> => {
  await receive(scene, designed);
  const { environment } = designed;
  if (environment !== undefined && found.environments.includes(environment)) {
    // one that is there needs nothing that is arranged: both are asked for in one round trip
    const ended = await Promise.allSettled([arrange(scene, designed, material), build(scene, designed, material)]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    return;
  }
  await arrange(scene, designed, material);
  // pip gets the variables that were arranged
  await build(scene, designed, material);
};

const arrange = async (scene: Scene, designed: Designed, { envFile }: Material): Promise<void> => {
  await perform(scene, arrangeStep(scene, designed), {
    ...(envFile === undefined ? {} : { body: Buffer.from(envFile) }),
    note: ({ names }) => `${names.length} variables`,
  });
};

const build = async (scene: Scene, designed: Designed, { packageIndex }: Material): Promise<void> => {
  const { lock, environment } = designed;
  if (lock === undefined || environment === undefined) return;
  await perform(scene, environmentStep(scene, { ...designed, lock, environment }), {
    ...(packageIndex === undefined ? {} : { body: indexBody(packageIndex, secretsOfAddress(packageIndex)) }),
    note: ({ built }) => (built ? 'built' : 'unchanged'),
  });
};

/** Files of the base may have been changed on the host: then everything travels, once. */
const receive = async (scene: Scene, designed: Designed): Promise<void> => {
  try {
    await send(scene, designed);
  } catch (thrown) {
    if (designed.from === undefined || !(thrown instanceof Failure) || thrown.fault.code !== 'TREE_DIFFERS')
      throw thrown;
    scene.show(`    files of ${designed.from} were changed on the host: everything is sent`);
    await send(scene, { ...designed, from: undefined, travels: difference(designed.source.entries, new Map()) });
  }
};

const send = async (scene: Scene, designed: Designed): Promise<void> => {
  const { body, dropBytes } = upload(designed.source.root, designed.travels, scene.wall());
  await perform(scene, receiveStep(scene, designed, dropBytes), { body, note: ({ files }) => `${files} files proved` });
};

const probe = async (scene: Scene, step: StepOf<'probe'>): Promise<Application | undefined> =>
  must(probedOf(await perform(scene, step, { body: probeBody })));

/** What the schema asks for before a prepared release is switched to. Throws MIGRATIONS_PENDING. */
export const schemaStep = async (scene: Scene, { history }: Survey, release: Release): Promise<Migration> => {
  const at = {
    ...scene,
    target: { ...scene.target, directory: release.directory, python: { ...scene.target.python, venv: release.venv } },
  };
  const step = probeStep(at, {
    release: { ...release, id: release.id },
    environment: release.environment ?? undefined,
    kept: true,
  });
  const ask = (): Promise<Application | undefined> => probe(scene, step);
  return migration(scene, history, release.id, await ask(), ask);
};

const publish = async (scene: Scene, designed: Designed, application: Application | undefined): Promise<void> => {
  const { target, evidence } = scene;
  const follows: Consequences = must(
    application === undefined
      ? ok({ compilemessages: false, collectstatic: false, shared: designed.shared, notes: [] })
      : consequences(application, designed.shared),
  );
  evidence.notes = [...evidence.notes, ...follows.notes];
  const body = packed(
    recordFiles(
      record(scene, designed, application, follows),
      designed.site?.words,
      scene.chain && encode(scene.chain),
    ),
    scene.wall(),
  );
  await perform(scene, publishStep(scene, designed, follows), {
    body,
    note: ({ published }) => (published ? `${target.base}/releases/${designed.release.id}` : 'it was there already'),
  });
};

const record = (
  { context, target, wall }: Scene,
  { release, env, environment, source, variables, image }: Designed,
  application: Application | undefined,
  { shared }: Consequences,
): Release => ({
  v: 1,
  id: release.id,
  hash: release.hash,
  commit: source.commit,
  run: { repository: context.repository, id: context.runId, attempt: context.attempt, url: context.url },
  actor: context.actor,
  env: env.from === 'none' ? null : { names: [...variables], hash: envHash(env.sha256) },
  environment: environment ?? null,
  python: null,
  venv: target.python.venv,
  directory: target.directory,
  services: [...release.services],
  hooks: release.hooks,
  ...(image === undefined ? {} : { image: image.record }),
  shared: shared.map(({ path }) => path),
  url: target.url ?? null,
  checks: [...target.checks],
  leaves: application === undefined ? [] : [...leavesOf(application)],
  createdAt: wall().toISOString(),
});

/** What this attempt of the run has prepared last, and the evidence that is kept with it. Throws TX_NOT_PREPARED, EVIDENCE_DIFFERS. */
export const preparedOf = async (
  scene: Scene,
  { found }: Survey,
): Promise<{ readonly release: Release; readonly chain: Evidence | undefined }> => {
  const { context, host, target } = scene;
  const mine = found.releases.filter(({ preparedBy }) => preparedBy.includes(attemptOf(scene)));
  const newest = [...mine].sort((a, b) => a.at - b.at).at(-1);
  if (newest === undefined)
    throw new Failure({
      code: 'TX_NOT_PREPARED',
      what: `attempt ${context.attempt} of this run has prepared no release on ${host.name}`,
      next: 'Let `phase: prepare` run before, in this run. After "re-run failed jobs" re-run all jobs instead.',
    });
  const [facts, chain] = await Promise.all([
    host.run('describe', { base: target.base, release: newest.id }),
    keptEvidence(scene, newest.id),
  ]);
  return { release: must(decodeRelease(must(facts))), chain };
};
