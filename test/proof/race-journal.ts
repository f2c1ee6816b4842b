import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a host's journal, as far as it says what followed what. */
export type Line = {
  readonly tx: number;
  readonly e: string;
  readonly up: number;
  readonly run: string;
  readonly release: string;
};

/** The lines of a target's journal, oldest first. Throws where one is damaged: nothing was killed here. */
export const journalOf = (base: string): readonly Line[] =>
  linesOf(readFileSync(join(base, '.landfall/journal.jsonl'), 'utf8'));

/** The same, of the journal's text. */
export const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { tx, e, up, run = '', release = '' } = JSON.parse(line) as Partial<Line>;
      if (tx === undefined || e === undefined || up === undefined) throw new Error(`no line of a journal: ${line}`);
      return { tx, e, up, run, release };
    });

const ends: ReadonlySet<string> = new Set(['confirmed', 'undone', 'held']);

/** What may happen once in a transaction at most. */
const single: ReadonlySet<string> = new Set(['opened', 'switching', 'switched', ...ends]);

/**
 * What shows that two were at work at once, or that a number did not grow: from its opening to its end only the lines of one
 * transaction follow one another, each of which happens once, and the next one has the next number. Empty: nothing.
 */
export const overlaps = (lines: readonly Line[]): readonly string[] => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  let open: number | undefined;
  let last = 0;
  let up = 0;
  for (const [at, line] of lines.entries()) {
    const where = `line ${at + 1}, t${line.tx} ${line.e}`;
    if (line.up < up) wrong.push(`${where}: time ran back`);
    up = line.up;
    if (single.has(line.e)) {
      const once = `${line.tx} ${line.e}`;
      if (seen.has(once)) wrong.push(`${where}: a second time`);
      seen.add(once);
    }
    if (line.e === 'opened') {
      if (open !== undefined) wrong.push(`${where}: t${open} was still open`);
      if (line.tx !== last + 1) wrong.push(`${where}: after t${last}`);
      last = Math.max(last, line.tx);
      open = line.tx;
    } else if (line.tx !== open)
      wrong.push(`${where}: ${open === undefined ? 'nothing was open' : `t${open} was open`}`);
    if (ends.has(line.e)) open = undefined;
  }
  if (open !== undefined) wrong.push(`t${open} is open at the end`);
  return wrong;
};
