import { hash } from 'node:crypto';
import { shorten } from '#plan';
import type { Finding, Note, Severity } from '#plan';
import { inOrder, rank } from './finding-gates.ts';
import type { Excepted, Found } from './found.ts';
import { detailKey, sarifParts } from './sarif-parts.ts';
import type { Detail, SarifParts, SarifRule } from './sarif-parts.ts';

/** What GitHub takes: docs.github.com, "SARIF support for code scanning". Of the results of a run it shows the 5,000 worst. */
const limits = { runs: 20, results: 25_000, shown: 5000 };

export type SarifLog = {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly Readonly<Record<string, unknown>>[];
};

export type ForSarif = {
  readonly scans: Found['scans'];
  readonly findings: readonly Finding[];
  readonly excepted: readonly Excepted[];
  /** The text of a line, by which a finding is known again after the code has moved; undefined: it cannot be had. */
  readonly lineOf: (file: string, line: number) => string | undefined;
};

type Told = { readonly finding: Finding; readonly by?: Excepted['by'] };

/**
 * All findings as one SARIF 2.1.0 file: one run a tool, also for tools that found nothing, each finding once, worst first. What
 * an exception covers is there, as suppressed. Notes say what GitHub will not take or show of it.
 */
export const mergeSarif = ({
  scans,
  findings,
  excepted,
  lineOf,
}: ForSarif): { readonly log: SarifLog; readonly notes: readonly Note[] } => {
  const parts = scans.flatMap(({ sarif }) => (sarif ?? []).flatMap((run) => sarifParts(run) ?? []));
  const told = new Map<Finding, Told>([
    ...findings.map((finding) => [finding, { finding }] as const),
    ...excepted.map((one) => [one.finding, one] as const),
  ]);
  const byTool = Map.groupBy(inOrder([...told.keys()]), ({ tool }) => tool);
  const silent = scans.filter(({ tool, sarif }) => sarif === undefined && !byTool.has(tool)).map(({ tool }) => tool);
  const others = parts.map(({ tool }) => tool).filter((tool) => tool !== '' && !byTool.has(tool));
  const tools = [...byTool, ...[...new Set([...silent, ...others])].map((tool) => [tool, []] as const)];
  const worst = [...tools].sort(([, a], [, b]) => first(a) - first(b));
  const notes: string[] = [];
  if (worst.length > limits.runs)
    notes.push(`${worst.length} tools: the SARIF file has the ${limits.runs} with the worst findings.`);
  const runs = worst.slice(0, limits.runs).map(([tool, these]) => {
    const kept = distinct(these);
    if (kept.length > limits.results)
      notes.push(`${tool} found ${kept.length} things: the SARIF file has the ${limits.results} worst.`);
    else if (kept.length > limits.shown)
      notes.push(`${tool} found ${kept.length} things: GitHub shows the ${limits.shown} worst.`);
    const own = parts.filter((part) => part.tool === tool);
    const whole = scans.filter((scan) => scan.tool === tool).every(({ unchecked }) => unchecked.length === 0);
    const all = kept.slice(0, limits.results).map((finding) => told.get(finding) ?? { finding });
    return runOf(tool, all, own, whole, lineOf);
  });
  const homeless = findings.filter(({ file }) => file === undefined).length;
  if (homeless > 0) notes.push(`${homeless} findings are about no file: GitHub's code scanning does not show these.`);
  return {
    log: {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs,
    },
    notes: notes.map((text) => ({ kind: 'info', text })),
  };
};

const first = ([finding]: readonly Finding[]): number => (finding === undefined ? Infinity : rank(finding.severity));

/** One of those that are about the same rule at the same place: the worst. */
const distinct = (findings: readonly Finding[]): readonly Finding[] => {
  const key = ({ rule, file, line, subject, message }: Finding): string =>
    JSON.stringify(line === undefined ? [rule, file, subject, message] : [rule, file, line]);
  const seen = new Set<string>();
  return findings.filter((one) => !seen.has(key(one)) && seen.add(key(one)));
};

const runOf = (
  tool: string,
  told: readonly Told[],
  parts: readonly SarifParts[],
  whole: boolean,
  lineOf: ForSarif['lineOf'],
): Readonly<Record<string, unknown>> => {
  const names = [...new Set(told.map(({ finding }) => finding.rule))];
  const index = new Map(names.map((name, at) => [name, at]));
  const known = new Map(parts.flatMap(({ rules }) => [...rules]));
  const examples = new Map([...told].reverse().map(({ finding }) => [finding.rule, finding]));
  const mark = fingerprints(lineOf);
  return {
    tool: {
      driver: {
        name: tool,
        ...parts[0]?.driver,
        rules: names.map((name) => ruleOf(tool, name, known.get(name), examples.get(name))),
      },
    },
    // a tool is one category: its alerts stay apart from those of other uploads
    automationDetails: { id: `landfall/${tool}/` },
    columnKind: 'utf16CodeUnits',
    invocations: [{ executionSuccessful: whole }],
    results: told.map(({ finding, by }) => {
      const detail = detailOf(finding, parts);
      return {
        ruleId: finding.rule,
        ruleIndex: index.get(finding.rule),
        level: levels[finding.severity],
        message: { text: messageOf(finding) },
        locations: locationsOf(finding, detail),
        partialFingerprints: { primaryLocationLineHash: mark(finding), ...detail?.fingerprints },
        ...(by === undefined ? {} : { suppressions: [suppressed(by)] }),
      };
    }),
  };
};

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  note: 'note',
};

/** By GitHub's scale: critical is above 9, high from 7, medium from 4. */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  note: '0.1',
};

/** Who finds nothing but what is about security. */
const secure = new Set(['bandit', 'pip-audit', 'safety']);
const secureRules = new Set(['secret', 'env-file']);

const ruleOf = (tool: string, id: string, known: SarifRule | undefined, example: Finding | undefined): object => {
  if (known !== undefined) return known;
  const security = secure.has(tool) || (tool === 'landfall' && secureRules.has(id));
  const severity = example?.severity;
  const page = example?.url !== undefined && /^https?:\/\//.test(example.url) && URL.canParse(example.url);
  return {
    id,
    shortDescription: { text: shorten(security || page ? (example?.message ?? id) : id, 1024) },
    ...(page ? { helpUri: example.url } : {}),
    ...(security && severity !== undefined
      ? { properties: { tags: ['security'], 'security-severity': scores[severity] } }
      : {}),
  };
};

const messageOf = ({ message, fix, subject }: Finding): string =>
  [
    subject === undefined || message.includes(subject) ? message : `${subject}: ${message}`,
    ...(fix === undefined ? [] : [fix]),
  ].join('\n');

const locationsOf = ({ file, line }: Finding, detail: Detail | undefined): readonly object[] =>
  file === undefined
    ? []
    : [
        {
          physicalLocation: {
            artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
            region: detail?.region ?? { startLine: line ?? 1 },
          },
        },
      ];

const detailOf = ({ rule, file, line }: Finding, parts: readonly SarifParts[]): Detail | undefined => {
  if (file === undefined || line === undefined) return undefined;
  return parts
    .flatMap(({ details }) => details.get(detailKey(rule, line)) ?? [])
    .find(({ uri }) => uri.endsWith(file) || file.endsWith(uri.replace(/^(?:\.\/)+/, '')));
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
const fingerprints = (lineOf: ForSarif['lineOf']): ((finding: Finding) => string) => {
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
