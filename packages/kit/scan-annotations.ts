import type { FailedTest, Finding, ScanReport, Severity } from '#plan';
import { cut, most } from './annotations.ts';
import type { Annotation } from './annotations.ts';

type Level = NonNullable<Annotation['level']>;
type Levelled = Annotation & { readonly level: Level };

const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  note: 'notice',
};

/**
 * Failed tests, then findings, worst first, at their lines. Of each type GitHub shows ten a step, and `errors` of them are
 * taken already: where there are more, the last says how many.
 */
export const scanAnnotations = (scan: ScanReport, errors: number): readonly Annotation[] => {
  const all = [...scan.failures.map(ofTest), ...scan.findings.map(ofFinding)];
  return (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const room = Math.max(0, most - (level === 'error' ? errors : 0));
    const these = all.filter((one) => one.level === level);
    if (these.length <= room) return these;
    const kept = these.slice(0, Math.max(0, room - 1));
    const more = `${these.length - kept.length} more like these are in the summary of the run`;
    return room === 0 ? [] : [...kept, { level, title: 'And more', message: more }];
  });
};

const placeOf = ({ file, line }: Pick<Finding, 'file' | 'line'>): Pick<Annotation, 'file' | 'line'> => ({
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
});

const ofTest = (test: FailedTest): Levelled => ({
  level: 'error',
  title: `${test.suite === '' ? '' : `${test.suite}: `}${test.name}`,
  message: cut([test.message, ...test.tail.slice(-10)].filter((line) => line !== '').join('\n') || 'failed'),
  ...placeOf(test),
});

const ofFinding = (finding: Finding): Levelled => ({
  level: levels[finding.severity],
  title: `${finding.tool} ${finding.rule}`,
  message: cut([finding.message, ...(finding.fix === undefined ? [] : [finding.fix])].join('\n')),
  ...placeOf(finding),
});
