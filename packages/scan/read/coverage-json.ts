import { z } from 'zod';
import type { Coverage } from './coverage-lines.ts';
import { wholeText } from './decode.ts';
import { jsonIn, mostJson } from './json.ts';
import { pathOf } from './path.ts';
import type { Troubles } from './report.ts';
import type { Ground, Source } from './results.ts';
import { oneLine } from './text.ts';

const summary = z.object({ covered_lines: z.number(), num_statements: z.number() });

const covered = z.object({
  executed_lines: z.array(z.number()),
  missing_lines: z.array(z.number()),
  summary: summary.optional(),
});

// https://coverage.readthedocs.io/en/latest/commands/cmd_json.html
const report = z.object({ files: z.record(z.string(), z.unknown()), totals: summary.optional() });

/** coverage.py's JSON. Excluded lines are no lines. */
export const readCoverageJson = async (
  source: Source,
  ground: Ground,
  found: Coverage,
  trouble: Troubles,
): Promise<void> => {
  const whole = await wholeText(source, mostJson);
  if ('trouble' in whole) {
    trouble.add(whole.trouble);
    return;
  }
  const read = report.safeParse(jsonIn(whole.text));
  if (!read.success) {
    trouble.add("is no coverage.py's JSON, or a part of one");
    return;
  }
  const has = { lines: 0, covered: 0 };
  const compare = (where: string, lines: typeof has, says: z.output<typeof summary> | undefined): void => {
    if (says !== undefined) found.compare(where, lines, { lines: says.num_statements, covered: says.covered_lines });
  };
  for (const [written, value] of Object.entries(read.data.files)) {
    const path = pathOf(oneLine(written), ground);
    const one = covered.safeParse(value);
    if (!one.success) {
      trouble.add(`has lines of ${path} that could not be read`);
      continue;
    }
    const { executed_lines: ran, missing_lines: missed, summary: says } = one.data;
    found.file(path);
    for (const line of ran) found.line(path, line, 1);
    for (const line of missed) found.line(path, line, 0);
    const lines = { lines: ran.length + missed.length, covered: ran.length };
    compare(` of ${path}`, lines, says);
    has.lines += lines.lines;
    has.covered += lines.covered;
  }
  compare('', has, read.data.totals);
};
