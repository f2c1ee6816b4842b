import type { Evidence, EvidenceRow, Link } from '#plan';
import { digestOf } from './chain.ts';

/** A chain as a table for people: what each link says, its digest, and which run said so. */
export const rows = ({ links }: Evidence): readonly EvidenceRow[] =>
  links.map((link) => ({
    kind: link.kind,
    what: what(link),
    digest: digestOf(link),
    run: { url: link.run.url, actor: link.run.actor },
    at: link.at,
  }));

const what = (link: Link): string => {
  switch (link.kind) {
    case 'commit':
      return `${link.commit} of ${link.repository}`;
    case 'tests':
      return `${link.verdict}: ${testsText(link)}${uncheckedText(link)}`;
    case 'image':
      return `${link.image}@${link.digest}${link.scan === undefined ? '' : `, scan ${link.scan}${uncheckedText(link)}`}${link.attested === true ? ', attested' : ''}`;
    case 'sbom':
      return `${{ spdx: 'SPDX', cyclonedx: 'CycloneDX' }[link.format]} list of parts of ${link.image}${namesText(link)}`;
    case 'deploy':
      return `${link.release} (${link.transaction}) on ${link.host}, target ${link.target}`;
    case 'smoke':
      return `${link.passed} of ${link.passed + link.failed} checks of ${link.release} passed`;
  }
};

/** What of an image its list of parts names. */
const namesText = ({ names, platform }: Extract<Link, { readonly kind: 'sbom' }>): string => {
  if (names === undefined) return ', which it does not name';
  return platform === undefined ? '' : `, which names ${platform} of it`;
};

const uncheckedText = ({ unchecked = [] }: { readonly unchecked?: readonly string[] }): string =>
  unchecked.length === 0 ? '' : `, but for what could not be checked and was allowed (${unchecked.join(', ')})`;

const testsText = ({ tests, findings, coverage }: Extract<Link, { readonly kind: 'tests' }>): string =>
  [
    `${tests.total} tests${tests.failed === 0 ? '' : `, ${tests.failed} failed`}${tests.skipped === 0 ? '' : `, ${tests.skipped} skipped`}`,
    findings === 0 ? 'no findings' : `${findings} finding${findings === 1 ? '' : 's'}`,
    ...(coverage === undefined ? [] : [`${Math.floor(coverage * 10) / 10} % of lines`]),
  ].join(', ');
