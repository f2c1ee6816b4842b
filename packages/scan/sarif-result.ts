import { hash } from 'node:crypto';
import type { Finding, Severity } from '#plan';
import type { Excepted } from './found.ts';
import { detailKey } from './sarif-parts.ts';
import type { Detail, SarifParts } from './sarif-parts.ts';

/** A finding that has a place, and the exception that covers it. */
export type Told = { readonly finding: Finding & { readonly file: string }; readonly by?: Excepted['by'] };

/** A finding as a result of SARIF (3.27), with what its tool's own file says more of it. `rule`: its number among the run's. */
export const resultOf = (
  { finding, by }: Told,
  rule: number | undefined,
  parts: readonly SarifParts[],
  mark: (finding: Finding) => string,
): object => {
  const detail = detailOf(finding, parts);
  return {
    ruleId: finding.rule,
    ruleIndex: rule,
    level: levels[finding.severity],
    message: { text: messageOf(finding) },
    locations: [locationOf(finding.file, finding.line, detail)],
    partialFingerprints: { primaryLocationLineHash: mark(finding), ...detail?.fingerprints },
    ...(by === undefined ? {} : { suppressions: [suppressed(by)] }),
  };
};

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  note: 'note',
};

const messageOf = ({ message, fix, subject }: Finding): string =>
  [
    subject === undefined || message.includes(subject) ? message : `${subject}: ${message}`,
    ...(fix === undefined ? [] : [fix]),
  ].join('\n');

const locationOf = (file: string, line: number | undefined, detail: Detail | undefined): object => ({
  physicalLocation: {
    artifactLocation: { uri: file.toWellFormed().split('/').map(encodeURIComponent).join('/') },
    region: detail?.region ?? { startLine: line ?? 1 },
  },
});

const detailOf = ({ rule, file, line }: Told['finding'], parts: readonly SarifParts[]): Detail | undefined => {
  if (line === undefined) return undefined;
  const all = parts
    .flatMap(({ details }) => details.get(detailKey(rule, line)) ?? [])
    .map((detail) => ({ detail, path: detail.uri.replace(/^(?:\.\/)+/, '') }));
  const known =
    all.find(({ path }) => path === file) ??
    // relative to another folder
    all.find(({ path }) => path.endsWith(`/${file}`) || file.endsWith(`/${path}`));
  return known?.detail;
};

const suppressed = ({ reason, owner, expires }: Excepted['by']): object => ({
  kind: 'external',
  status: 'accepted',
  justification: `${reason} (${owner}, until ${expires})`,
});

/**
 * A hash of the line's text without blanks, and which one of its kind in its file it is: it stays when the line moves. What has no line
 * is known by what it says.
 */
export const fingerprints = (
  lineOf: (file: string, line: number) => string | undefined,
): ((finding: Finding) => string) => {
  const counts = new Map<string, number>();
  return ({ rule, file, line, subject, message }) => {
    const text = file === undefined || line === undefined ? undefined : lineOf(file, line);
    const sum = hash('sha256', text === undefined ? `${subject ?? ''} ${message}` : text.replaceAll(/\s/g, '')).slice(
      0,
      16,
    );
    const key = JSON.stringify([rule, file, sum]);
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    return `${sum}:${number}`;
  };
};
