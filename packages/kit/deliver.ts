import { renderFault, renderSummary, scanLines } from '#plan';
import type { Outcome, Report } from '#plan';
import { annotations } from './annotations.ts';
import { scanAnnotations } from './scan-annotations.ts';
import type { Runner } from './runner.ts';
import type { Secrets } from './secrets.ts';

/** GitHub takes 1 MiB a step; some is left for the line that says where the rest is. */
const longestSummary = 1024 * 1024 - 4096;

const good: ReadonlySet<Outcome> = new Set<Outcome>(['done', 'unchanged', 'planned']);

export type Delivery = {
  readonly report: Report;
  readonly outputs?: Readonly<Record<string, string | number | boolean | undefined>>;
};

/**
 * Shows a report everywhere that people and later steps look: the log, annotations, the summary, outputs, a JSON file.
 * No secret passes. Returns the exit code.
 */
export const deliver = (delivery: Delivery, runner: Runner, secrets: Secrets): number => {
  // Scrubbed as data, before JSON or markdown could write a secret in another way.
  const report = intact(secrets.scrubAll(withoutCause(delivery.report)), delivery.report.fault?.setup);
  const path = runner.file(
    `landfall-${report.action}-${Date.now().toString(36)}-${process.pid}.json`,
    `${JSON.stringify(report, null, 2)}\n`,
  );
  const outputs: Delivery['outputs'] = {
    ...delivery.outputs,
    result: report.result,
    release: report.release,
    transaction: report.transaction,
    report: path,
  };
  for (const [name, value] of Object.entries(outputs)) {
    if (value !== undefined) runner.output(name, secrets.scrub(String(value)));
  }
  runner.summary(shortened(renderSummary(report), path));
  for (const line of log(report)) runner.print(line);
  if (report.fault?.setup !== undefined) {
    runner.openGroup('setup.sh: to be read, then run as root on the host');
    for (const line of report.fault.setup.trimEnd().split('\n')) runner.print(line);
    runner.closeGroup();
  }
  const faults = report.fault === undefined ? [] : annotations(report.fault);
  faults.forEach(runner.annotate);
  if (report.scan !== undefined) scanAnnotations(report.scan, faults.length).forEach(runner.annotate);
  return good.has(report.result) ? 0 : 1;
};

/** A cause is a live error: no part of the evidence. */
const withoutCause = ({ fault, ...report }: Report): Report => {
  if (fault === undefined) return report;
  const shown = Object.entries(fault).filter(([key]) => key !== 'cause');
  return { ...report, fault: Object.fromEntries(shown) as typeof fault };
};

/** A script for root is shown as it was made or not at all: with `***` in the place of a secret it would be another one. */
const intact = (report: Report, made: string | undefined): Report => {
  if (report.fault?.setup === made || report.fault === undefined) return report;
  const { setup, ...fault } = report.fault;
  const next = `${fault.next} The setup script is not shown, for something in it is masked here: docs/setup.md has it.`;
  return { ...report, fault: { ...fault, next } };
};

/** The last lines of the log. */
const log = (report: Report): string[] => [
  '',
  `${report.action}: ${report.result}: ${report.verdict}`,
  ...(report.scan === undefined ? [] : scanLines(report.scan)),
  ...(report.fault === undefined ? [] : ['', ...renderFault(report.fault)]),
  ...(report.undo === undefined ? [] : ['', 'to undo, from any machine with the deploy key:', `  ${report.undo.line}`]),
];

const shortened = (markdown: string, path: string): string => {
  const bytes = Buffer.from(markdown);
  if (bytes.length <= longestSummary) return markdown;
  const kept = bytes.subarray(0, bytes.lastIndexOf(10, longestSummary) + 1).toString('utf8');
  return `${kept}\n\n… the rest is in the JSON report (output \`report\`, ${path}).\n`;
};
