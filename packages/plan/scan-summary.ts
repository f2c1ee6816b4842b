import { renderDuration } from './duration.ts';
import { bar, code, fence, inHtml, prose, table } from './markdown.ts';
import { percentText } from './percent.ts';
import { shorten } from './shorten.ts';
import type { CommandReport, FailedTest, Finding, Gate, ScanReport, Severity } from './scan.ts';

/** What is shown of each: the page has room for 1 MiB, and nobody reads all of that. The JSON report has the rest. */
const most = { tests: 50, findings: 300, ranges: 200, unchecked: 50, commands: 100, lines: 30, line: 300 };

/** Sections of the page about tests and scans, most important first. */
export const scanSummary = (scan: ScanReport): string[][] => [
  gates(scan.gates),
  failures(scan.failures),
  unchecked(scan),
  findings(scan),
  coverage(scan),
  commands(scan.commands),
];

const rest = (all: number, shown: number, what: string): string[] =>
  all > shown ? ['', `… and ${all - shown} more ${what}, in the JSON report (output \`report\`).`] : [];

const orders: readonly Gate['outcome'][] = ['failed', 'incomplete', 'passed'];
const marks: Readonly<Record<Gate['outcome'], string>> = { failed: '❌', incomplete: '❔', passed: '✅' };

const gates = (all: readonly Gate[]): string[] => {
  if (all.length === 0) return [];
  const sorted = orders.flatMap((outcome) => all.filter((gate) => gate.outcome === outcome));
  const rows = sorted.map(({ outcome, name, wanted, found, allowed }) => [
    marks[outcome],
    prose(name),
    prose(wanted),
    prose(found) +
      (outcome === 'incomplete'
        ? `<br><sub>${allowed === true ? 'not checked, as allowed' : 'not checked'}</sub>`
        : ''),
  ]);
  return ['### Gates', '', ...table(['', 'gate', 'wanted', 'found'], rows)];
};

const said = (lines: readonly string[]): string[] => {
  const last = lines.flatMap((line) => line.split('\n')).slice(-most.lines);
  return last.length === 0 ? [] : fence(last.map((line) => shorten(line, most.line)));
};

const folded = (title: string, body: readonly string[]): string[] => [
  `<details><summary>${title}</summary>`,
  '',
  ...body,
  '',
  '</details>',
];

const failures = (all: readonly FailedTest[]): string[] => {
  if (all.length === 0) return [];
  const shown = all.slice(0, most.tests).flatMap((test) => {
    const place = test.file === undefined ? [] : [code(placeOf(test)), ''];
    const name = inHtml(shorten([test.suite, test.name].filter((part) => part !== '').join(' › '), most.line));
    const kind = test.kind === 'error' ? '💥' : '❌';
    return folded(`${kind} ${name}`, [...place, prose(shorten(test.message, 1000)), '', ...said(test.tail)]);
  });
  return [`### Failed tests: ${all.length}`, '', ...shown, ...rest(all.length, most.tests, 'failed tests')];
};

const placeOf = ({ file, line }: Pick<Finding, 'file' | 'line'>): string =>
  `${file ?? ''}${line === undefined ? '' : `:${line}`}`;

const unchecked = ({ unchecked: all }: ScanReport): string[] =>
  all.length === 0
    ? []
    : [
        '### Not checked',
        '',
        ...all.slice(0, most.unchecked).map(({ by, what }) => `- ❔ ${prose(by)}: ${prose(shorten(what, 500))}`),
        ...rest(all.length, most.unchecked, 'things that were not checked'),
      ];

const colours: Readonly<Record<Severity, string>> = { critical: '🟣', high: '🔴', medium: '🟠', low: '🟡', note: '⚪' };

const findings = ({ findings: all, excepted }: ScanReport): string[] => {
  const aside =
    excepted === 0 ? [] : ['', `${excepted} more ${excepted === 1 ? 'is' : 'are'} excepted by the ignore file.`];
  if (all.length === 0) return excepted === 0 ? [] : ['### Findings: none', ...aside];
  // worst first, so that a file stands where its worst finding does
  const byFile = Map.groupBy(all.slice(0, most.findings), ({ file }) => file ?? '');
  const shown = [...byFile].flatMap(([file, these]) => [
    '',
    file === '' ? '**about no file**' : `**${code(file)}**`,
    '',
    ...these.map(findingLine),
  ]);
  return [`### Findings: ${all.length}`, ...shown, ...rest(all.length, most.findings, 'findings'), ...aside];
};

const findingLine = ({ severity, tool, rule, line, message, subject, fix }: Finding): string => {
  const about = subject === undefined || message.includes(subject) ? '' : `${code(subject)}: `;
  const place = line === undefined ? '' : `line ${line}: `;
  const mend = fix === undefined ? '' : `<br>→ ${prose(shorten(fix, 300))}`;
  return `- ${colours[severity]} ${severity}, ${place}${code(`${tool} ${rule}`)} ${about}${prose(shorten(message, 500))}${mend}`;
};

const coverage = ({ coverage: found }: ScanReport): string[] => {
  if (found === undefined) return [];
  const { changed, missed, covered, lines } = found;
  const total = `${percentText(covered, lines)} of all lines (${covered} of ${lines})`;
  const part =
    changed === undefined
      ? ''
      : `; ${percentText(changed.covered, changed.lines)} of the changed ones (${changed.covered} of ${changed.lines})`;
  const ranges = missed
    .slice(0, most.ranges)
    .map(({ file, from, to }) => `- ${shorten(file, most.line)}:${from === to ? from : `${from}-${to}`}`);
  return [
    '### Coverage',
    '',
    `${total}${part}.`,
    ...(ranges.length === 0 ? [] : ['', 'Changed lines that no test ran:', '', ...fence(ranges, 'diff')]),
    ...rest(missed.length, most.ranges, 'ranges'),
  ];
};

const ends: Readonly<Record<CommandReport['outcome'], string>> = {
  passed: '✅',
  explained: '☑️',
  unclear: '❔',
  failed: '❌',
  'timed-out': '⏱️',
  cancelled: '🚫',
  flooded: '🚫',
};

const commands = (all: readonly CommandReport[]): string[] => {
  if (all.length === 0) return [];
  const shown = all.slice(0, most.commands);
  const longest = Math.max(...shown.map(({ ms }) => ms));
  const rows = shown.map(({ name, outcome, exit, tries, ms }) => [
    ends[outcome],
    prose(name) + (tries > 1 ? `<br><sub>at try ${tries}</sub>` : ''),
    outcome === 'passed' || outcome === 'failed' ? `${exit}` : `${exit}, ${outcome}`,
    renderDuration(ms),
    bar(ms, longest),
  ]);
  const tails = shown.filter(({ tail }) => tail.length > 0);
  return [
    '### Commands',
    '',
    ...table(['', 'command', 'exit', 'took', ''], rows, [3]),
    ...rest(all.length, most.commands, 'commands'),
    ...tails.flatMap(({ name, tail }) => ['', ...folded(`The last lines of ${inHtml(name)}`, said(tail))]),
  ];
};
