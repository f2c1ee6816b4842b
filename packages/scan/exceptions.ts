import { fits } from '#plan';
import type { Finding, Severity } from '#plan';
import type { Exception } from '#config';
import { rank } from './finding-gates.ts';
import type { Excepted, Found } from './found.ts';

type File = { readonly file: string; readonly entries: readonly Exception[] };

/** Rules whose exception has done its work once the base branch has the change, too: it is no longer used then, and just ends. */
const passing: ReadonlySet<string> = new Set(['test-removed', 'test-skipped', 'version-not-raised']);

const matches = ({ rule, tool, file, subject }: Exception): ((finding: Finding) => boolean) => {
  const inFile = file === undefined ? () => true : fits([file]);
  return (finding) =>
    finding.rule === rule &&
    (tool === undefined || finding.tool === tool) &&
    (file === undefined || (finding.file !== undefined && inFile(finding.file))) &&
    (subject === undefined || finding.subject === subject || finding.subject?.startsWith(`${subject} `) === true);
};

/** Which findings fail a gate: those as bad as its `fail-on`, or worse, that nothing excepts. Pure. */
export const failing = (
  exceptions: Found['exceptions'],
  today: string,
): ((finding: Finding, failOn: Severity) => boolean) => {
  const fits = liveOf(exceptions?.entries ?? [], today).map(matches);
  return (finding, failOn) => rank(finding.severity) <= rank(failOn) && !fits.some((fit) => fit(finding));
};

const liveOf = (entries: readonly Exception[], today: string): readonly Exception[] =>
  entries.filter(({ expires }) => today <= expires);

/**
 * Findings without the excepted ones. An exception that has ended excepts nothing and is a finding itself, and so is one that
 * fits nothing; but that only where `surely` says that whoever finds such things has looked at everything. `today` and `expires` are days
 * (`2026-11-30`, by UTC); the last day still counts.
 */
export const applyExceptions = (
  findings: readonly Finding[],
  { file, entries }: File,
  today: string,
  surely: (exception: Exception) => boolean,
): { readonly counted: readonly Finding[]; readonly excepted: readonly Excepted[] } => {
  const live = liveOf(entries, today).map((by) => ({ by, fit: matches(by), used: false }));
  const counted: Finding[] = [];
  const excepted: Excepted[] = [];
  for (const finding of findings) {
    const fitting = live.filter(({ fit }) => fit(finding));
    for (const one of fitting) one.used = true;
    const [first] = fitting;
    if (first === undefined) counted.push(finding);
    else excepted.push({ finding, by: first.by });
  }
  const own = ({ line, rule }: Exception, kind: string, what: string): Finding => ({
    tool: 'landfall',
    rule: kind,
    severity: 'medium',
    message: `the exception of ${rule} ${what}`,
    file,
    line,
  });
  const ended = entries
    .filter(({ expires }) => today > expires)
    .map((one) => own(one, 'exception-expired', `by ${one.owner} ended on ${one.expires}`));
  const idle = live
    .filter(({ by, used }) => !used && !passing.has(by.rule) && surely(by))
    .map(({ by }) => own(by, 'exception-unused', `by ${by.owner} fits no finding any more; take it out`));
  return { counted: [...counted, ...ended, ...idle], excepted };
};
