import type { SarifRun } from './results.ts';

/** Deeper than any of SARIF's own properties. */
const deepest = 60;

/** What quotes the code, or could; how the tool was called. GitHub shows the code itself. */
const quotes = new Set([
  'snippet',
  'contextRegion',
  'contents',
  'fixes',
  'rendered',
  'commandLine',
  'environmentVariables',
]);

/** What tells a secret's place, and nothing of the secret. */
const ofSecret = new Set([
  'ruleId',
  'ruleIndex',
  'rule',
  'level',
  'kind',
  'locations',
  'suppressions',
  'baselineState',
  'partialFingerprints',
]);

const record = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (value: unknown, depth: number): unknown => {
  if (depth > deepest) throw new RangeError('deeper than SARIF goes');
  if (Array.isArray(value)) return value.map((one) => without(one, depth + 1));
  if (!record(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !quotes.has(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, without(one, depth + 1)]));
};

/**
 * A run as it may travel on: without quoted code, and where it is of secrets with `says` for each message. undefined: it nests deeper than
 * SARIF does.
 */
export const keptOf = (
  run: Record<string, unknown>,
  secret: (result: unknown) => string | undefined,
): SarifRun | undefined => {
  const { results } = run;
  const told = !Array.isArray(results)
    ? results
    : results.map((result: unknown) => {
        const says = secret(result);
        if (says === undefined || !record(result)) return result;
        const kept = Object.fromEntries(Object.entries(result).filter(([key]) => ofSecret.has(key)));
        return { ...kept, message: { text: says } };
      });
  try {
    return without({ ...run, results: told }, 0) as SarifRun;
  } catch {
    return undefined;
  }
};
