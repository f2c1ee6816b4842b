import { z } from 'zod';
import { insidePath, oneLine } from './values.ts';

/** A day as it is written: `2027-01-31`. */
const day = z
  .string({ error: 'expected a day: YYYY-MM-DD' })
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day: YYYY-MM-DD')
  .refine(
    (text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text),
    'there is no such day',
  );

/** One exception. It names what it is about, never a line: code moves. */
const exception = z.strictObject({
  rule: oneLine.describe(
    "The tool's own name of the rule, as the summary shows it: `B602`, `GHSA-…`, `forbidden-word`.",
  ),
  tool: oneLine.optional().describe('Who found it. If not given: whoever has such a rule.'),
  file: insidePath.optional().describe('In which files (a pattern). If not given: in all.'),
  subject: oneLine
    .optional()
    .describe('What it is about where that is no line: `django` for all versions, `django 4.2.1` for this one.'),
  reason: oneLine.describe('Why it is accepted.'),
  owner: oneLine.describe('Who answers for it.'),
  expires: day.describe('The last day on which it holds.'),
});

/** `.landfall-ignore.yml`: findings that are excepted. */
export const ignoreFile = z.array(exception, { error: 'expected a list of exceptions' });

/** An exception and the line of the file on which it begins. */
export type Exception = z.output<typeof exception> & { readonly line: number };
