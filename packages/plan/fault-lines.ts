import type { Fault, Problem } from '#fault';
import { plain } from './markdown.ts';

/** A fault for the log: the code and what happened, where, what was said there, each problem, and what to do next. */
export const renderFault = (fault: Omit<Fault, 'cause'>): string[] => [
  ...first(`${fault.code}: `, fault.what),
  ...(fault.host === undefined ? [] : [`  host  ${plain(fault.host)}`]),
  ...(fault.step === undefined ? [] : [`  step  ${plain(fault.step)}`]),
  ...fault.said.flatMap((line) => plain(line).split('\n')).map((line) => `  | ${line}`.trimEnd()),
  ...(fault.problems ?? []).flatMap((problem) => [
    ...first('  - ', `${place(problem)}: ${problem.what}`),
    ...(problem.next === undefined ? [] : first('      → ', problem.next)),
  ]),
  ...first('  Next: ', fault.next),
];

/** Where a problem stands: `landfall.yml:12`, or `input host-key`. */
export const place = (problem: Problem): string =>
  problem.line === undefined ? problem.where : `${problem.where}:${problem.line}`;

/** The lead before the first line; further lines stand under its text. */
const first = (lead: string, text: string): string[] =>
  plain(text)
    .split('\n')
    .map((line, at) => `${at === 0 ? lead : ' '.repeat(lead.length)}${line}`.trimEnd());
