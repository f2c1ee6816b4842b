import { isAbsolute, join } from 'node:path';
import { demand, encode, read, readDocument } from '#evidence';
import { must } from '#fault';
import type { Digest, Evidence, ImageReport } from '#plan';
import type { Registry } from '#registry';
import { readCommitted } from '#release';
import type { Work } from './image-work.ts';
import { allowedOf, growEvidence, leaveEvidence } from './evidence.ts';
import type { Told } from './evidence.ts';
import { dirty, refuseLacks } from './evidence-demand.ts';

/** What a document of evidence is called beside an image in a registry. */
export const evidenceType = 'application/vnd.landfall.evidence.v1+json';

/**
 * The evidence that an image is to be added to, read and compared before anything is built; undefined: none was given.
 * Faults: EVIDENCE_MISSING, EVIDENCE_DIFFERS.
 */
export const evidenceGiven = async (
  { stage: { workspace, context }, commit }: Pick<Work, 'stage' | 'commit'>,
  path: string | undefined,
): Promise<Evidence | undefined> => {
  if (path === undefined) return undefined;
  const chain = must(readDocument(isAbsolute(path) ? path : join(workspace, path)));
  const { changed } = must(await readCommitted(workspace));
  const lacks = demand(chain, { commit: commit.id, repository: context.repository, links: [] });
  refuseLacks([...(changed.length === 0 ? [] : [dirty(changed)]), ...lacks], true, path, chain);
  return chain;
};

/**
 * Adds an image that is in the registry, and the list of what it holds, to the evidence that was given; puts the document beside the
 * image, where this run pushes, and leaves it on the runner. Where none was given, the one that lies beside the image is left there as it is.
 */
export const keepImageEvidence = async (work: Work, given: Evidence | undefined): Promise<void> => {
  const { evidence, registry, stage, timeline, commit, wanted } = work;
  const { built: image } = evidence;
  const there = image !== undefined && (image.origin === 'found' || image.pushed !== undefined);
  if (!there) {
    // an image that nobody can have is no link
    if (given !== undefined) evidence.evidence = leaveEvidence(stage, given);
    return;
  }
  if (given === undefined) {
    const about = { commit: commit.id, repository: stage.context.repository };
    const kept = image.origin === 'found' ? await evidenceBeside(registry, image.digest, about) : undefined;
    if (kept !== undefined) evidence.evidence = leaveEvidence(stage, kept);
    return;
  }
  // a scan that did not pass has ended the run
  const scan = evidence.scan === undefined ? {} : { scan: 'passed' as const, ...allowedOf(evidence.scan) };
  const { platforms, sbom } = image;
  const links: readonly Told[] = [
    {
      kind: 'image',
      image: `${registry.name.registry}/${registry.name.repository}`,
      digest: image.digest,
      ...(platforms.length > 1 ? { platforms: platforms.map(({ platform }) => platform) } : {}),
      ...scan,
      ...(image.attestation === undefined ? {} : { attested: true as const }),
    },
    ...(sbom === undefined ? [] : [sbomLink(image.digest, sbom)]),
  ];
  const chain = growEvidence(stage, given, ...links);
  if (wanted.pushes)
    await timeline.step('evidence', 'put the evidence beside the image', async () =>
      must(await registry.attach(image.digest, { artifactType: evidenceType, bytes: Buffer.from(encode(chain)) })),
    );
  evidence.evidence = leaveEvidence(stage, chain);
};

const sbomLink = (image: Digest, { format, digest, names, platform }: NonNullable<ImageReport['sbom']>): Told => ({
  kind: 'sbom',
  image,
  format,
  digest,
  ...(names === undefined ? {} : { names }),
  ...(platform === undefined ? {} : { platform }),
});

/**
 * The newest document beside an image in its registry that is of this commit; undefined: there is none. Whoever may write to the
 * registry can put one there: others are passed over, and what is demanded of it is demanded as of any other.
 */
export const evidenceBeside = async (
  registry: Pick<Registry, 'attached'>,
  image: Digest,
  { commit, repository }: { readonly commit: string; readonly repository: string },
): Promise<Evidence | undefined> =>
  must(await registry.attached(image, evidenceType))
    .flatMap(({ bytes }) => {
      const found = read(bytes);
      return found.ok ? [found.value] : [];
    })
    .filter((chain) => demand(chain, { commit, repository, links: [] }).every(({ link }) => link !== 'commit'))
    .sort((a, b) => (newest(a) < newest(b) ? -1 : 1))
    .at(-1);

const newest = ({ links }: Evidence): string => links.at(-1)?.at ?? '';
