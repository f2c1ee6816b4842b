import type { Digest, Evidence, Link } from '#plan';
import { broken } from './read.ts';

type Kind = Link['kind'];
type Of<K extends Kind> = Extract<Link, { readonly kind: K }>;

/** What must be proven of what is deployed. */
export type Wanted = {
  /** Full id. Undefined: it is no commit's; whoever asks says why, and it is not compared. */
  readonly commit: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  /** Undefined: no image is deployed. */
  readonly image?: Digest | undefined;
  readonly links: readonly Kind[];
};

/** Something that evidence does not show (`missing`), or shows of something else (`differs`); in words. */
export type Lack = { readonly how: 'missing' | 'differs'; readonly link: Kind | 'chain'; readonly what: string };

/** What is missing in evidence, or does not match, for a deploy of just this; empty: all is there. */
export const demand = (evidence: Evidence | undefined, wanted: Wanted): readonly Lack[] => {
  if (evidence === undefined)
    return [{ how: 'missing', link: 'chain', what: `there is no evidence at all: wanted ${wanted.links.join(', ')}` }];
  const wrong = broken(evidence).map((what): Lack => ({
    how: 'differs',
    link: 'chain',
    what: `the chain is broken: ${what}`,
  }));
  // of a broken chain no link says anything
  if (wrong.length > 0) return wrong;
  const { links } = evidence;
  return [
    ...commitLacks(of(links, 'commit'), wanted),
    ...testLacks(of(links, 'tests'), wanted),
    ...imageLacks(of(links, 'image'), wanted),
    ...sbomLacks(of(links, 'sbom'), wanted),
    ...wanted.links
      .filter((kind) => (kind === 'deploy' || kind === 'smoke') && of(links, kind).length === 0)
      .map((kind) => missing(kind)),
  ];
};

const of = <K extends Kind>(links: readonly Link[], kind: K): readonly Of<K>[] =>
  links.filter((link): link is Of<K> => link.kind === kind);

const missing = (link: Kind, why = ''): Lack => ({ how: 'missing', link, what: `there is no link \`${link}\`${why}` });

const differs = (link: Kind, what: string): Lack => ({ how: 'differs', link, what: `${link}: ${what}` });

const commitLacks = (links: readonly Of<'commit'>[], { commit, repository }: Wanted): readonly Lack[] =>
  links.flatMap((link) => [
    ...(commit === undefined || link.commit === commit
      ? []
      : [differs('commit', `the evidence is of commit ${link.commit}; what is deployed is ${commit}`)]),
    // GitHub's names are the same in small letters and capitals
    ...(link.repository.toLowerCase() === repository.toLowerCase()
      ? []
      : [differs('commit', `the evidence is of the repository ${link.repository}; this is ${repository}`)]),
  ]);

/** Every verdict counts, wanted or not: one that failed is never passed over. */
const testLacks = (links: readonly Of<'tests'>[], { links: wanted }: Wanted): readonly Lack[] => [
  ...(wanted.includes('tests') && links.length === 0 ? [missing('tests', ': no verdict of test-and-scan')] : []),
  ...links
    .filter(({ verdict }) => verdict !== 'passed')
    .map(({ verdict, run }) => differs('tests', `the verdict is ${verdict}${run.url === '' ? '' : ` (${run.url})`}`)),
];

const imageLacks = (links: readonly Of<'image'>[], { image, links: wanted }: Wanted): readonly Lack[] => {
  if (image === undefined || links.some(({ digest }) => digest === image)) return [];
  if (links.length > 0)
    return [
      differs(
        'image',
        `the evidence is of ${digests(links.map(({ digest }) => digest))}; what is deployed is ${image}`,
      ),
    ];
  return wanted.includes('image') ? [missing('image', `: nothing says where ${image} comes from`)] : [];
};

const sbomLacks = (links: readonly Of<'sbom'>[], { image, links: wanted }: Wanted): readonly Lack[] => {
  if (image === undefined || links.some((link) => link.image === image)) return [];
  if (links.length > 0)
    return [
      differs(
        'sbom',
        `the list of parts is of ${digests(links.map((link) => link.image))}; what is deployed is ${image}`,
      ),
    ];
  return wanted.includes('sbom') ? [missing('sbom', `: nothing says what ${image} is made of`)] : [];
};

const digests = (all: readonly Digest[]): string => [...new Set(all)].join(', ');
