/** What tests of systems ask a report. */
import type { Finding, Report } from '#plan';

/** Names of the gates that make it red. */
export const failedGates = ({ scan }: Report): readonly string[] =>
  (scan?.gates ?? [])
    .filter(({ outcome, allowed }) => outcome !== 'passed' && allowed !== true)
    .map(({ name }) => name);

/** `file:line rule` of each finding. */
export const findings = ({ scan }: Report): readonly string[] => (scan?.findings ?? []).map(placed);

const placed = ({ file = '', line, rule }: Finding): string => `${file}${line === undefined ? '' : `:${line}`} ${rule}`;

/** Python that no test runs: so many lines, with nothing for a linter to say. */
export const filler = (lines: number): string =>
  Array.from({ length: lines }, (_, at) => `LINE_${at} = ${at}\n`).join('');
