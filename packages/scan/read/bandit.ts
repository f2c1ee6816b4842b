import { z } from 'zod';
import type { Finding, Severity } from '#plan';
import { each, jsonIn } from './json.ts';
import { pathOf } from './path.ts';
import { scanned, troubles } from './report.ts';
import type { About, ScanResults } from './results.ts';
import { firstLine, oneLine, pageOf } from './text.ts';

// https://bandit.readthedocs.io/en/latest/formatters/json.html
const report = z.object({
  errors: z.array(z.unknown()),
  metrics: z.record(z.string(), z.object({ nosec: z.number().default(0), skipped_tests: z.number().default(0) })),
  results: z.array(z.unknown()),
});

const problem = z.object({ filename: z.string(), reason: z.string() });

const result = z.object({
  filename: z.string(),
  issue_confidence: z.string().default('UNDEFINED'),
  issue_severity: z.string(),
  issue_text: z.string(),
  line_number: z.int().optional(),
  more_info: z.string().nullish(),
  test_id: z.string(),
});

const severities = new Map<string, Severity>([
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);

/**
 * `bandit -f json`. A severity that it could not tell counts as medium. Files that it could not parse or find, with which it exits 0, are
 * unchecked. The code that it quotes is left behind.
 */
export const readBandit = (text: string, { file, ...ground }: About): ScanResults => {
  const trouble = troubles('bandit', file);
  const read = report.safeParse(jsonIn(text));
  if (!read.success) {
    trouble.add(text.trim() === '' ? 'is empty' : 'is no report of bandit, or a part of one');
    return scanned('bandit', file, trouble);
  }
  const { errors, metrics, results } = read.data;
  for (const { filename, reason } of each(errors, problem, trouble, 'error'))
    trouble.add(`left out ${filename}: ${reason}`);
  const { _totals: sums, ...looked } = metrics;
  if (Object.keys(looked).length === 0) trouble.add('names no file that was looked at');
  const findings = each(results, result, trouble, 'result').map((one): Finding => {
    const url = pageOf(one.more_info);
    return {
      tool: 'bandit',
      rule: oneLine(one.test_id),
      severity: severities.get(one.issue_severity.toUpperCase()) ?? 'medium',
      message:
        firstLine(one.issue_text) +
        (one.issue_confidence === 'HIGH' ? '' : ` (confidence ${oneLine(one.issue_confidence).toLowerCase()})`),
      file: pathOf(oneLine(one.filename), ground),
      ...(one.line_number !== undefined && one.line_number > 0 ? { line: one.line_number } : {}),
      ...(url === undefined ? {} : { url }),
    };
  });
  return scanned('bandit', file, trouble, findings, (sums?.nosec ?? 0) + (sums?.skipped_tests ?? 0));
};
