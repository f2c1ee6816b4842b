import { Failure, must } from '#fault';
import { readSbom, sbomPath, sbomTypes, writeSbomFile } from '#image';
import type { Digest, ImageReport, ImageTag } from '#plan';
import { renderBytes } from '#plan';
import { platformsOf } from '#registry';
import type { Attached, Bill, Registry } from '#registry';
import { attest } from './attest-image.ts';
import type { Work } from './image-work.ts';
import { tagsThere } from './image-there.ts';
import { overtaken } from './newer-image.ts';
import type { Examined } from './scan-image.ts';

/**
 * Pushes what was built and looked at, under its digest; then what belongs to it; then the tags, the commit's own last: an image that
 * is found by it later is whole. Throws IMAGE_TAG_TAKEN, ATTEST_FAILED and what the registry's faults are.
 */
export const publish = async (work: Work, { layout, report, sbom }: Examined): Promise<ImageReport> => {
  const { registry, timeline: line, tags } = work;
  // before anything is pushed: most runs that must not, learn it here
  await line.step('tags', `ask what ${tags.join(', ')} name`, () => tagsThere(registry, tags, report.digest));
  const pushed = await line.step('push', `push ${report.image}`, async (note) => {
    const done = must(await registry.push(layout, []));
    note(`${done.blobs} blobs, ${renderBytes(done.bytes)}; ${done.there} were there`);
    return done;
  });
  await attachSbom(work, { report, sbom });
  const { bytes, blobs, there } = pushed;
  work.evidence.built = { ...report, pushed: { bytes, blobs, there } };
  const attestation = await attest(work, report);
  const named = await line.step('tag', `name it ${tags.join(', ')}`, async () => {
    // and again: another run may have given one while this one pushed
    const before = await tagsThere(registry, tags, report.digest);
    const given = without(tags, await overtaken(work, before, report.digest));
    await give(work, report.digest, inOrder(given));
    return tagsOf(given, before, report.digest);
  });
  const attested = attestation === undefined ? {} : { attestation };
  return { ...report, tags: named, pushed: { bytes, blobs, there }, ...attested };
};

/** Puts the list of what an image holds beside it, where one was made. */
export const attachSbom = async (
  { registry, timeline: line }: Work,
  { report, sbom }: Pick<Examined, 'report' | 'sbom'>,
): Promise<void> => {
  if (sbom === undefined || report.sbom === undefined) return;
  const artifactType = sbomTypes[report.sbom.format];
  await line.step('attach', 'put the list of what it holds beside it', async () =>
    must(await registry.attach(report.digest, { artifactType, bytes: sbom })),
  );
};

/** Gives an image that is there the tags that it lacks. */
export const retag = async (work: Work, { digest }: Bill): Promise<readonly ImageTag[]> => {
  const { registry, timeline: line, tags } = work;
  const before = await line.step('tags', `ask what ${tags.join(', ')} name`, () => tagsThere(registry, tags, digest));
  const given = without(tags, await overtaken(work, before, digest));
  const lacking = given.filter((tag) => before.get(tag) !== digest);
  if (lacking.length > 0) await line.step('tag', `name it ${lacking.join(', ')}`, () => give(work, digest, lacking));
  return tagsOf(given, before, digest);
};

/**
 * Gives tags, and asks afterwards what they name: registries cannot give one on the condition that it is free, so that another run may
 * have given it, too. Throws IMAGE_TAG_TAKEN where that is one that never moves.
 */
const give = async ({ registry }: Work, digest: Digest, tags: readonly string[]): Promise<void> => {
  const given = await registry.tag(digest, tags);
  if (!given.ok && given.fault.code === 'IMAGE_DIFFERS') await tagsThere(registry, tags, digest);
  must(given);
};

const without = (tags: readonly string[], one: string | undefined): readonly string[] =>
  tags.filter((tag) => tag !== one);

const inOrder = ([sha, ...others]: readonly string[]): readonly string[] => [...others, ...(sha === undefined ? [] : [sha])]; // prettier-ignore

const tagsOf = (
  tags: readonly string[],
  before: ReadonlyMap<string, Digest | undefined>,
  digest: Digest,
): readonly ImageTag[] =>
  // prettier-ignore
  tags.map((tag) => {
    const was = before.get(tag);
    return was === digest ? { tag } : { tag, was: was ?? 'nothing' };
  });

/** What a registry keeps of an image's list of content, in the one form or the other. */
const listOf = async (registry: Registry, there: Bill): Promise<Attached | undefined> => {
  for (const type of Object.values(sbomTypes)) {
    const [first] = must(await registry.attached(there.digest, type));
    if (first !== undefined) return first;
  }
  return undefined;
};

/** The list that is kept with an image, as a file; undefined: there is none. Throws SBOM_FAILED. */
export const keptSbom = async ({ registry, stage }: Work, there: Bill): Promise<ImageReport['sbom']> => {
  const kept = await listOf(registry, there);
  if (kept === undefined) return undefined;
  const read = readSbom(kept.bytes.toString('utf8'), { digest: there.digest, platforms: platformsOf(there) });
  if ('wrong' in read)
    throw new Failure({
      code: 'SBOM_FAILED',
      what: `the list of what ${there.digest} holds, as the registry keeps it: ${read.wrong}`,
      next: 'Delete that artifact in the registry, and run this again.',
    });
  const file = sbomPath(stage.temp);
  return { ...read.sbom, file, digest: writeSbomFile(file, kept.bytes) };
};
