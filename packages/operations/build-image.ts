import { join } from 'node:path';
import type { ImageInputs } from '#config';
import { Failure, must } from '#fault';
import { labelsOf, openBuilder, shaTag } from '#image';
import { renderBytes, timeline } from '#plan';
import type { ImageReport, Report } from '#plan';
import { fetchLayout, openRegistry, platformsOf } from '#registry';
import type { Bill } from '#registry';
import { attestationThere, attestedBefore } from './attest-image.ts';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { evidenceGiven, keepImageEvidence } from './evidence-image.ts';
import { imageThere, isOf, taken } from './image-there.ts';
import { wantedImage } from './image-wish.ts';
import type { ImageStage, ImageWish } from './image-wish.ts';
import { begin, nameOf } from './image-work.ts';
import type { Work } from './image-work.ts';
import { attachSbom, keptSbom, publish, retag } from './publish-image.ts';
import { noEvidence } from './scene.ts';
import { examine } from './scan-image.ts';
import type { Examined } from './scan-image.ts';

/**
 * One image of a commit: found in the registry, or built, scanned, and then pushed under the very digest that was scanned.
 * Faults: INPUT_INVALID, FORK_REFUSED before anything is done; SOURCE_UNFIT, BUILDER_UNFIT, BUILD_FAILED, VERDICT_FAILED, SBOM_FAILED, ATTEST_FAILED, IMAGE_TAG_TAKEN,
 * IMAGE_MISSING, those of the registry, CANCELLED.
 */
export const buildImage = async (stage: ImageStage, inputs: ImageInputs, wish: ImageWish): Promise<Report> => {
  const wanted = wantedImage(stage, inputs, wish);
  const evidence = noEvidence();
  const line = timeline(stage);
  const { startedAt, wall, context, signal, clock, show } = stage;
  const run = { url: context.url, actor: context.actor };
  const credentials =
    wish.username === undefined || wish.password === undefined
      ? undefined
      : { username: wish.username, password: wish.password };
  const registry = openRegistry({ name: wanted.at, credentials, signal, clock, show });
  const told = { action: 'build-image', startedAt, wall, run, timed: line.timed, evidence };
  return conclude(told, async (): Promise<Conclusion> => {
    try {
      const work = await begin(stage, wanted, registry, line, evidence);
      const chain = await evidenceGiven(work, wish.evidence);
      const found = wanted.pushes || wish.build === 'never' ? await lookUp(work, wish) : undefined;
      if (wish.dry) return planned(work, found);
      const came = found === undefined ? await make(work, wish, credentials) : await reuse(work, found);
      await keepImageEvidence(work, chain);
      return came;
    } finally {
      registry.close();
    }
  });
};

/** The image of this commit and these inputs, if the registry has it. Throws IMAGE_MISSING where it must, IMAGE_TAG_TAKEN where another one has its place. */
const lookUp = (work: Work, { build }: ImageWish): Promise<Bill | undefined> => {
  const { timeline: line, registry, commit, hash } = work;
  // prettier-ignore
  return line.step('look', 'look for the image of this commit in the registry', async (note) => {
    const tag = shaTag(commit.id);
    const there = await imageThere(registry, tag);
    if (there !== undefined && !isOf(there, commit.id, hash))
      throw taken(tag, there.digest, 'it was made from other inputs, or not by Landfall');
    const lacking = there === undefined ? '' : await lackingOf(work, there);
    note(there === undefined ? `there is no ${tag}` : `${tag} is ${there.digest}${lacking === '' ? '' : `, without ${lacking}`}`); // prettier-ignore
    if (there !== undefined && lacking === '' && build !== 'always') return there;
    if (build !== 'never') return undefined;
    throw new Failure({
      code: 'IMAGE_MISSING',
      what: `${registry.name.registry}/${registry.name.repository} has no ${tag}${lacking === '' ? '' : ` with ${lacking}`}, and \`build: never\` forbids to make it`,
      next: 'Let the run on the branch that builds this commit end first, and run this one again.',
    });
  });
};

/** What an image that is there must have, and only its build could give it; empty: nothing. Throws ATTEST_FAILED. */
const lackingOf = async (work: Work, there: Bill): Promise<string> => {
  if (work.wanted.attesting?.must !== true) return '';
  const known = await attestedBefore(work, there.digest);
  return known.ok && known.value ? '' : 'an attestation';
};

const planned = ({ stage, wanted, tags }: Work, found: Bill | undefined): Conclusion => {
  const name = `${wanted.at.registry}/${wanted.at.repository}`;
  const what = found === undefined ? `${name} would be built` : `${name}@${found.digest} is there`;
  const goes = wanted.pushes ? `with the tags ${tags.join(', ')}` : 'and not pushed';
  stage.show(`${what}, ${goes}`);
  return { outcome: 'planned', verdict: `${what}, ${goes}` };
};

/**
 * An image that is there is looked at as one that was built is: what was scanned when it was pushed, or whether at all, is not known. Only the
 * list of what it holds is taken from the registry, where there is one.
 */
const reuse = async (work: Work, there: Bill): Promise<Conclusion> => {
  const { wanted, evidence } = work;
  const sbom = wanted.sbom === undefined ? undefined : await keptSbom(work, there);
  const looks = Object.keys(wanted.scan).length > 0 || (wanted.sbom !== undefined && sbom === undefined);
  const { digest } = there;
  const known: ImageReport = {
    image: nameOf(wanted, digest),
    digest,
    origin: 'found',
    platforms: platformsOf(there),
    steps: [],
    tags: [],
    ...(sbom === undefined ? {} : { sbom }),
  };
  evidence.built = known;
  const examined = looks ? await lookAt(work, there, sbom) : undefined;
  const attestation = await attestationThere(work, digest);
  const report = { ...(examined?.report ?? known), ...(attestation === undefined ? {} : { attestation }) };
  evidence.built = report;
  if (!wanted.pushes) return { outcome: 'unchanged', verdict: `${report.image} is there` };
  if (examined !== undefined) await attachSbom(work, examined);
  evidence.built = { ...report, tags: await retag(work, there) };
  const moved = evidence.built.tags.filter(({ was }) => was !== undefined).map(({ tag }) => tag);
  return moved.length === 0
    ? { outcome: 'unchanged', verdict: `${report.image} is there already, with all its tags; nothing was built` }
    : { outcome: 'done', verdict: `${report.image} was there already, and has the tags ${moved.join(', ')} now` };
};

/** Fetches what a registry has, and looks at it. */
const lookAt = async (work: Work, there: Bill, sbom: ImageReport['sbom']): Promise<Examined> => {
  const { stage, registry, timeline: line } = work;
  const { digest, blobs } = there;
  const { folder: layout, remove } = await line.step('fetch', `fetch ${digest} to look at it`, (note) => {
    note(renderBytes([...blobs.values()].reduce((sum, { size }) => sum + size, 0)));
    return fetchLayout(registry, there, stage.temp);
  });
  try {
    return await examine(work, { layout, digest, origin: 'found', steps: [], ...(sbom === undefined ? {} : { sbom }) });
  } finally {
    remove();
  }
};

const make = async (
  work: Work,
  wish: ImageWish,
  login: { username: string; password: string } | undefined,
): Promise<Conclusion> => {
  // prettier-ignore
  const { stage, wanted, commit, timeline: line, evidence, hash, registry } = work;
  const { workspace, temp, signal, show } = stage;
  const indented = (text: string): void => {
    show(`    ${text}`);
  };
  const builder = await line.step('builder', 'look at the builder', async (note) => {
    const ground = {
      workspace,
      temp,
      signal,
      show: indented,
      login: login && { registry: wanted.at.registry, ...login },
    };
    const opened = must(await openBuilder(wanted.builder, ground));
    note(`driver ${opened.driver}`);
    return opened;
  });
  try {
    const built = await line.step('build', `build ${registry.name.repository}`, async (note) => {
      const { file, cache } = wanted;
      const made = must(
        await stage.group('docker buildx build', () =>
          builder.build({
            context: join(workspace, wanted.context),
            file: file === undefined ? undefined : join(workspace, file),
            target: wanted.target,
            platforms: wanted.platforms,
            args: wanted['build-args'],
            labels: labelsOf(commit, hash, wanted.labels),
            secrets: wanted.secrets,
            epoch: wanted.reproducible ? commit.time : undefined,
            cache: cache.startsWith('local:') ? `local:${join(workspace, cache.slice('local:'.length))}` : cache,
            repository: `${registry.name.registry}/${registry.name.repository}`,
            fillsCache: wanted.fills,
            fresh: wish.build === 'always',
          }),
        ),
      );
      const cached = made.steps.filter(({ outcome }) => outcome === 'cached').length;
      note(`${made.digest}; ${made.steps.length} steps, ${cached} cached`);
      return made;
    });
    for (const text of built.warnings)
      evidence.notes = [...evidence.notes, { kind: 'warning', text: `BuildKit: ${text}` }];
    const examined = await examine(work, { ...built, origin: 'built' });
    evidence.built = examined.report;
    if (!wanted.pushes) return { outcome: 'done', verdict: `built ${examined.report.digest}, and pushed nothing` };
    evidence.built = await publish(work, examined);
    return {
      outcome: 'done',
      verdict: `pushed ${evidence.built.image} as ${evidence.built.tags.map(({ tag }) => tag).join(', ')}`,
    };
  } finally {
    builder.close();
  }
};
