import { shorten } from '#plan';
import type { Finding, Severity } from '#plan';
import type { SarifRule } from './sarif-parts.ts';

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

/** A rule as its tool describes it; else by a finding of it. */
export const ruleOf = (
  tool: string,
  id: string,
  known: SarifRule | undefined,
  example: Finding | undefined,
): object => {
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
