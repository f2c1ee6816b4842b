import { isAbsolute, join } from 'node:path';
import { demand, readDocument, rows } from '#evidence';
import type { Lack, Wanted } from '#evidence';
import type { Target } from '#config';
import { Failure, must } from '#fault';
import type { Problem } from '#fault';
import type { Digest, Evidence, Note } from '#plan';
import { readCommitted } from '#release';
import type { Release } from '#release';
import { few } from './evidence.ts';
import type { Stage } from './stage.ts';

export type EvidenceWish = {
  readonly phase: string;
  /** The path of a document, absolute or in the checkout. */
  readonly evidence: string | undefined;
  /** The image that is deployed, as `name@sha256:…`. */
  readonly image?: string | undefined;
};

/** What was given as evidence, and found to be of just this deploy. */
export type Proof = { readonly chain?: Evidence; readonly file?: string; readonly notes: readonly Note[] };

/** What is deployed later was looked at when it was prepared: its evidence lies with it. */
const prepares = (phase: string): boolean => phase === 'deploy' || phase === 'prepare';

/** An input that goes with what puts a release on the host. */
export const evidenceProblems = ({ phase, evidence }: EvidenceWish): readonly Problem[] =>
  evidence === undefined || prepares(phase)
    ? []
    : [
        {
          where: 'input evidence',
          what: `evidence goes with phase deploy or prepare: ${phase} looks at what was kept with the release then`,
          next: 'leave evidence out here',
        },
      ];

const links = (image: Digest | undefined): Wanted['links'] =>
  image === undefined ? ['tests'] : ['tests', 'image', 'sbom'];

const digestIn = (image: string | undefined): Digest | undefined =>
  image === undefined ? undefined : (/@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] as Digest | undefined);

/**
 * Looks, before anything is connected to, whether the evidence that was given is of what is deployed. Without `evidence: required`
 * none need be given; one that does not match is refused all the same. Faults: EVIDENCE_MISSING, EVIDENCE_DIFFERS, SOURCE_UNFIT.
 */
export const provenBefore = async (
  { workspace, context }: Pick<Stage, 'workspace' | 'context'>,
  target: Target,
  { phase, evidence: path, image }: EvidenceWish,
): Promise<Proof> => {
  if (!prepares(phase)) return { notes: [] };
  const required = target.needsEvidence === true;
  if (path === undefined && !required)
    return {
      notes:
        image === undefined
          ? []
          : [
              {
                kind: 'info',
                text: `no evidence is given: nothing shows that ${image} was tested, or what it is made of`,
              },
            ],
    };
  const file = path === undefined ? undefined : isAbsolute(path) ? path : join(workspace, path);
  const chain = file === undefined ? undefined : must(readDocument(file));
  const { commit, changed } = must(await readCommitted(workspace));
  const digest = digestIn(image);
  const lacks = [
    ...(changed.length === 0 || chain === undefined ? [] : [dirty(changed)]),
    ...demand(chain, { commit, repository: context.repository, image: digest, links: links(digest) }),
  ];
  refuseLacks(lacks, required, path ?? 'input evidence', chain);
  const notes = lacks.map(({ what }): Note => ({ kind: 'warning', text: `evidence: ${what}` }));
  return { notes, ...(chain === undefined || file === undefined ? {} : { chain, file }) };
};

/** What is not as the commit has it is no commit's. */
export const dirty = (changed: readonly string[]): Lack => ({
  how: 'differs',
  link: 'commit',
  what: `commit: tracked files are not as the commit has them, so that what is deployed is no commit: ${few(changed)}`,
});

/** Refuses what is missing, where it is required, and what does not match always; says what `chain` has. Throws EVIDENCE_MISSING, EVIDENCE_DIFFERS. */
export const refuseLacks = (lacks: readonly Lack[], required: boolean, where: string, chain?: Evidence): void => {
  const wrong = lacks.filter(({ how }) => how === 'differs');
  const refused = required ? lacks : wrong;
  const [first] = refused;
  if (first === undefined) return;
  throw new Failure({
    code: wrong.length > 0 ? 'EVIDENCE_DIFFERS' : 'EVIDENCE_MISSING',
    what:
      refused.length === 1
        ? `evidence: ${first.what}`
        : `${refused.length} things are missing in the evidence, or do not match`,
    problems: refused.map(({ what }) => ({ where, what })),
    ...(chain === undefined
      ? {}
      : { said: rows(chain).map(({ kind, what, run }) => `${kind}: ${what}${run.url === '' ? '' : ` (${run.url})`}`) }),
    next:
      wrong.length > 0
        ? 'Hand on the document that a run of this very commit has left, unchanged. Nothing was connected to.'
        : 'Let `test-and-scan` (and `build-image`, for an image) run before, and give their output `evidence` here. Nothing was connected to.',
  });
};

/** What `phase: switch` demands of the evidence that was kept with the release, and with the image that it runs. Faults: EVIDENCE_MISSING, EVIDENCE_DIFFERS. */
export const provenOnHost = (
  { repository }: Stage['context'],
  target: Target,
  kept: Evidence | undefined,
  { id, commit, image }: Pick<Release, 'id' | 'commit' | 'image'>,
): void => {
  if (kept === undefined && target.needsEvidence !== true) return;
  const digest = digestIn(image?.name);
  const lacks = demand(kept, { commit, repository, image: digest, links: links(digest) });
  refuseLacks(lacks, target.needsEvidence === true, `releases/${id}/.landfall/EVIDENCE.json`, kept);
};
