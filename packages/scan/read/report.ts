import type { Finding, Unchecked } from '#plan';
import type { ScanResults, ScanTool } from './results.ts';
import { firstLine } from './text.ts';

/** How many troubles of one kind are told one by one. */
const mostTold = 20;

/** Collects what could not be read of one file, for one gate or tool. */
export const troubles = (by: string, file: string) => {
  const told: Unchecked[] = [];
  let untold = 0;
  return {
    /** `what` goes on after the file's name: `skipped psycopg2: not found`. */
    add: (what: string, about = by): void => {
      if (told.length < mostTold) told.push({ by: about, what: firstLine(`${file} ${what}`), file });
      else untold += 1;
    },
    list: (): readonly Unchecked[] =>
      untold === 0 ? told : [...told, { by, what: `${file} has ${untold} more that could not be checked`, file }],
  };
};

export type Troubles = ReturnType<typeof troubles>;

/** What a reader came to. */
export const scanned = (
  tool: ScanTool,
  file: string,
  trouble: Troubles,
  findings: readonly Finding[] = [],
  suppressed = 0,
): ScanResults => ({ tool, file, findings, suppressed, unchecked: trouble.list() });
