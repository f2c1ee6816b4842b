import { Failure } from '#fault';
import type { Answer, Digest, ImageReport } from '#plan';
import type { ImageStage, ImageWish } from './image-wish.ts';
import type { Work } from './image-work.ts';

type Attestation = NonNullable<ImageReport['attestation']>;

/** How an image is to be attested. `must`: or the step fails; `lacks`: why this run cannot, known before anything is done. */
export type Attesting = { readonly must: boolean; readonly lacks: string | undefined };

/** Whether and how a run attests; undefined: it was told not to. Throws ATTEST_FAILED where it must and cannot. */
export const attesting = (
  { signer, context: { fork } }: Pick<ImageStage, 'signer' | 'context'>,
  { attest }: Pick<ImageWish, 'attest'>,
  { pushes, reviewed }: { readonly pushes: boolean; readonly reviewed: boolean },
): Attesting | undefined => {
  if (attest === 'false') return undefined;
  const lacks = reviewed
    ? `the run is about ${fork === undefined ? 'a change that is not merged yet' : `commits of ${fork}, a fork`}`
    : pushes
      ? signer.lacks
      : 'nothing is pushed';
  if (attest === 'true' && lacks !== undefined)
    throw new Failure({
      code: 'ATTEST_FAILED',
      what: `\`attest: true\`, and the image cannot be attested: ${lacks}`,
      next: 'Give the job what is named, or leave out `attest`. Nothing was built or pushed.',
    });
  return { must: attest === 'true', lacks };
};

/**
 * Has provenance signed and kept of an image that this run has built, and that is in the registry by its digest. Undefined: there is none, and
 * a note says why. Throws ATTEST_FAILED where there must be one.
 */
export const attest = async (work: Work, { digest }: Pick<ImageReport, 'digest'>): Promise<Attestation | undefined> => {
  const { wanted, stage, registry, timeline: line } = work;
  if (wanted.attesting === undefined) return undefined;
  const { must, lacks } = wanted.attesting;
  if (lacks !== undefined) {
    tell(work, lacks);
    return undefined;
  }
  const { signer, github, context } = stage;
  return line.step('attest', `attest that this run has built ${digest}`, async (note) => {
    const name = `${registry.name.registry}/${registry.name.repository}`;
    const signed = await signer.provenance({ name, digest });
    stage.signal.throwIfAborted();
    const kept: Answer<string> = signed.ok ? await github.keepAttestation(signed.value) : signed;
    if (kept.ok) {
      const url = kept.value === '' || !URL.canParse(context.url) ? undefined : new URL(`../../attestations/${kept.value}`, context.url).href; // prettier-ignore
      note(url ?? 'kept by GitHub');
      return url === undefined ? {} : { url };
    }
    note('not attested');
    if (!must) {
      tell(work, kept.why, kept.final ? 'info' : 'warning');
      return undefined;
    }
    throw new Failure({
      code: 'ATTEST_FAILED',
      what: `${name}@${digest} was pushed, and could not be attested: ${kept.why}`,
      next: kept.final
        ? 'Mend what is named, and run this again. The image stays in the registry under its digest, and was given no tag.'
        : 'Run this again. The image stays in the registry under its digest, and was given no tag.',
    });
  });
};

/** Whether GitHub keeps provenance of an image that was there already. Throws ATTEST_FAILED where there must be one, and GitHub does not say. */
export const attestedBefore = async (
  { wanted, stage: { github } }: Pick<Work, 'wanted' | 'stage'>,
  digest: Digest,
): Promise<Answer<boolean>> => {
  const known = await github.attested(digest);
  if (known.ok || wanted.attesting?.must !== true) return known;
  throw new Failure({
    code: 'ATTEST_FAILED',
    what: `${digest} is in the registry, and GitHub does not say whether it is attested: ${known.why}`,
    next: 'Mend what is named, or run this again. Nothing was built or changed.',
  });
};

/**
 * The attestation of an image that this run has found, if there is one. It makes none: provenance says which run has built an image, and what
 * a registry calls an image of this commit may have been put there by anybody who can write to it.
 */
export const attestationThere = async (work: Work, digest: Digest): Promise<Attestation | undefined> => {
  if (work.wanted.attesting === undefined) return undefined;
  const known = await attestedBefore(work, digest);
  if (known.ok && known.value) return {};
  const found = 'it was found, and only the run that builds an image can say so; `build: always` builds anew';
  tell(work, known.ok ? found : known.why);
  return undefined;
};

/** Notes why an image is not attested. */
const tell = ({ evidence }: Work, why: string, kind: 'info' | 'warning' = 'info'): void => {
  evidence.notes = [...evidence.notes, { kind, text: `the image is not attested: ${why}` }];
};
