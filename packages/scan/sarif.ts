import type { Finding, Note } from '#plan';
import { inOrder, rank } from './finding-gates.ts';
import type { Excepted, Found } from './found.ts';
import { sarifParts } from './sarif-parts.ts';
import type { SarifParts } from './sarif-parts.ts';
import { fingerprints, resultOf } from './sarif-result.ts';
import type { Told } from './sarif-result.ts';
import { ruleOf } from './sarif-rule.ts';

/** What GitHub takes: docs.github.com, "SARIF support for code scanning". Of the results of a run it shows the 5,000 worst. */
const limits = { runs: 20, results: 25_000, shown: 5000 };

export type SarifLog = {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly Readonly<Record<string, unknown>>[];
};

export type ForSarif = {
  /** What tells these uploads from those of other jobs: code scanning closes the alerts of a tool that a later upload of the same name lacks. */
  readonly from: readonly string[];
  readonly scans: Found['scans'];
  readonly findings: readonly Finding[];
  readonly excepted: readonly Excepted[];
  /** The text of a line, by which a finding is known again after the code has moved; undefined: it cannot be had. */
  readonly lineOf: (file: string, line: number) => string | undefined;
};

/**
 * All findings as one SARIF 2.1.0 file: one run a tool, also for tools that found nothing, each finding once, worst first. What
 * an exception covers is there, as suppressed. Notes say what GitHub will not take or show of it.
 */
export const mergeSarif = ({
  from,
  scans,
  findings,
  excepted,
  lineOf,
}: ForSarif): { readonly log: SarifLog; readonly notes: readonly Note[] } => {
  const parts = scans.flatMap(({ sarif }) => (sarif ?? []).flatMap((run) => sarifParts(run) ?? []));
  const all = [
    ...new Map([...findings.map((finding) => ({ finding })), ...excepted].map((one) => [one.finding, one])).values(),
  ];
  // GitHub refuses the whole file for a result without a place: github.com/github/codeql-action/issues/2459
  const told = new Map<Finding, Told>(all.filter(hasPlace).map((one) => [one.finding, one]));
  const byTool = Map.groupBy(inOrder([...told.keys()]), ({ tool }) => tool);
  const silent = scans.filter(({ tool, sarif }) => sarif === undefined && !byTool.has(tool)).map(({ tool }) => tool);
  const others = parts.map(({ tool }) => tool).filter((tool) => tool !== '' && !byTool.has(tool));
  const tools = [...byTool, ...[...new Set([...silent, ...others])].map((tool) => [tool, []] as const)];
  const worst = [...tools].sort(([, a], [, b]) => first(a) - first(b));
  const notes: string[] = [];
  if (worst.length > limits.runs)
    notes.push(`${worst.length} tools: the SARIF file has the ${limits.runs} with the worst findings.`);
  const runs = worst.slice(0, limits.runs).map(([tool, these]) => {
    const kept = distinct(these.flatMap((finding) => told.get(finding) ?? []));
    if (kept.length > limits.results)
      notes.push(`${tool} found ${kept.length} things: the SARIF file has the ${limits.results} worst.`);
    else if (kept.length > limits.shown)
      notes.push(`${tool} found ${kept.length} things: GitHub shows the ${limits.shown} worst.`);
    const own = parts.filter((part) => part.tool === tool);
    const whole = scans.filter((scan) => scan.tool === tool).every(({ unchecked }) => unchecked.length === 0);
    return runOf({ tool, from, parts: own, whole }, kept.slice(0, limits.results), lineOf);
  });
  const homeless = all.length - told.size;
  if (homeless > 0)
    notes.push(
      `${homeless} findings are about no file, and so not in the SARIF file: GitHub takes none that has them.`,
    );
  return {
    log: {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs,
    },
    notes: notes.map((text) => ({ kind: 'info', text })),
  };
};

/** A part of a category: it has no `/` of its own, and is no other one's. */
const word = (text: string): string =>
  text.replaceAll(/[^\w.:+-]/gu, (one) => `%${one.codePointAt(0)?.toString(16) ?? ''}`);

const hasPlace = (one: { readonly finding: Finding }): one is Told => one.finding.file !== undefined;

const first = ([finding]: readonly Finding[]): number => (finding === undefined ? Infinity : rank(finding.severity));

/** One of those that are about the same rule and thing at the same place: one that counts before one that is excepted, then the worst. */
const distinct = (all: readonly Told[]): readonly Told[] => {
  const key = ({ finding: { rule, file, line, subject, message } }: Told): string =>
    JSON.stringify(line === undefined ? [rule, file, subject, message] : [rule, file, line, subject]);
  const kept = new Map<string, Told>();
  for (const one of all) {
    const before = kept.get(key(one));
    if (before === undefined || (before.by !== undefined && one.by === undefined)) kept.set(key(one), one);
  }
  return [...kept.values()];
};

type Run = {
  readonly tool: string;
  readonly from: ForSarif['from'];
  readonly parts: readonly SarifParts[];
  readonly whole: boolean;
};

const runOf = (
  { tool, from, parts, whole }: Run,
  told: readonly Told[],
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
    automationDetails: { id: `${['landfall', ...from, tool].map(word).join('/')}/` },
    columnKind: 'utf16CodeUnits',
    invocations: [{ executionSuccessful: whole }],
    results: told.map((one) => resultOf(one, index.get(one.finding.rule), parts, mark)),
  };
};
