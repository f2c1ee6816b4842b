import { severities } from '#plan';
import type { Finding, Gate, Severity } from '#plan';

/** How bad it is: 0 is the worst. */
export const rank = (severity: Severity): number => severities.indexOf(severity);

const text = (value: string | undefined): string => value ?? '';

/** Worst first, then by place: always the same order. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort(
    (a, b) =>
      rank(a.severity) - rank(b.severity) ||
      compare(a.tool, b.tool) ||
      compare(text(a.file), text(b.file)) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      compare(a.rule, b.rule) ||
      compare(text(a.subject), text(b.subject)) ||
      compare(a.message, b.message),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What two reports say alike is one finding. */
export const once = (findings: readonly Finding[]): readonly Finding[] => {
  const seen = new Map<string, Finding>();
  for (const one of findings) {
    const key = JSON.stringify([one.tool, one.rule, one.file, one.line, one.subject, one.message]);
    const before = seen.get(key);
    if (before === undefined || rank(one.severity) < rank(before.severity)) seen.set(key, one);
  }
  return [...seen.values()];
};

/** `2 high, 1 low` */
export const countText = (findings: readonly Finding[]): string => {
  const counts = Map.groupBy(findings, ({ severity }) => severity);
  const told = severities.flatMap((severity) => {
    const these = counts.get(severity);
    return these === undefined ? [] : [`${these.length} ${severity}`];
  });
  return told.length === 0 ? 'none' : told.join(', ');
};

/** A gate of what one tool found: none is as bad as `failOn`, or worse. */
export const findingGate = (name: string, findings: readonly Finding[], failOn: Severity): Gate => ({
  name,
  outcome: findings.some(({ severity }) => rank(severity) <= rank(failOn)) ? 'failed' : 'passed',
  wanted: failOn === 'note' ? 'no findings' : `no findings of ${failOn} or worse`,
  found: countText(findings),
});
