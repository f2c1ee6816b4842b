import type { Test } from '#config';
import type { Finding, Gate } from '#plan';
import { countText } from '../finding-gates.ts';
import { sourceRules } from '../found.ts';
import type { SourceRule } from '../found.ts';

/** Which rules of Landfall's own stand behind a gate. */
const rulesOf: Readonly<Record<string, readonly string[]>> = {
  'forbidden words': ['forbidden-word'],
  'debugging code': ['debug-code'],
  'env files': ['env-file'],
  secrets: ['secret'],
  'pinned requirements': ['unpinned'],
  version: ['version-not-raised'],
  'compared tests': ['test-removed', 'test-skipped'],
};

const wantedOf: Readonly<Record<SourceRule, string>> = {
  'forbidden words': 'none',
  'debugging code': 'none',
  'env files': 'none is tracked',
  secrets: 'none in tracked files',
  'pinned requirements': 'each line names one version',
  version: 'higher than before',
};

/** The gate whose rule it is, where it is one on sources. */
export const sourceRuleOf = (rule: string): SourceRule | undefined =>
  sourceRules.find((name) => rulesOf[name]?.includes(rule) === true);

/** The rules on sources that are asked for. */
export const askedRules = ({ forbid, secrets, pinned, version }: Test): readonly SourceRule[] => [
  ...((forbid?.words.length ?? 0) > 0 ? (['forbidden words'] as const) : []),
  ...(forbid?.debug === true ? (['debugging code'] as const) : []),
  ...(secrets ? (['env files', 'secrets'] as const) : []),
  ...(pinned.length > 0 ? (['pinned requirements'] as const) : []),
  ...(version === undefined ? [] : (['version'] as const)),
];

/** A gate that any finding of its rules fails, whatever `fail-on` says: each is asked for by a key of its own. */
export const ownGate = (gate: Gate, findings: readonly Finding[]): Gate => {
  const these = findings.filter(({ rule }) => rulesOf[gate.name]?.includes(rule) === true);
  return these.length === 0
    ? gate
    : {
        ...gate,
        outcome: 'failed',
        found: [gate.found, countText(these)].filter((text) => text !== 'none').join(': '),
      };
};

/** Gates of the rules that are asked for. One that was not looked at is incomplete. */
export const ruleGates = (
  asked: readonly SourceRule[],
  looked: readonly SourceRule[],
  findings: readonly Finding[],
): readonly Gate[] =>
  asked.map((name) => {
    const seen = looked.includes(name);
    const outcome = seen ? 'passed' : 'incomplete';
    return ownGate({ name, outcome, wanted: wantedOf[name], found: seen ? 'none' : 'not looked at' }, findings);
  });
