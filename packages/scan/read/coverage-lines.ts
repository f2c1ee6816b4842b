import type { Troubles } from './report.ts';
import type { CoveredLines } from './results.ts';

/** Lines of more than this number are none. */
const mostLine = 10_000_000;

/** Collects which lines were run: of several answers for a line, one hit is enough. */
export const coverage = (trouble: Troubles) => {
  const files = new Map<string, { covered: Set<number>; missed: Set<number> }>();
  return {
    /** A file, even if it has no lines. */
    file: (path: string): void => {
      if (!files.has(path)) files.set(path, { covered: new Set(), missed: new Set() });
    },
    line: (path: string, line: number, hits: number): void => {
      const { covered, missed } = files.get(path) ?? { covered: new Set(), missed: new Set() };
      if (!Number.isInteger(line) || line < 1 || line > mostLine || Number.isNaN(hits)) {
        trouble.add(`has a line of ${path} that could not be read`);
        return;
      }
      if (hits > 0) {
        covered.add(line);
        missed.delete(line);
      } else if (!covered.has(line)) missed.add(line);
      files.set(path, { covered, missed });
    },
    /** What a file says of its own lines is compared with those it has: fewer lines than it says, or more that were run, are unchecked. */
    compare: (
      where: string,
      has: { lines: number; covered: number },
      says: { lines: number; covered: number },
    ): void => {
      if (Number.isNaN(says.lines) || Number.isNaN(says.covered))
        trouble.add(`has sums${where} that could not be read`);
      if (says.lines > has.lines) trouble.add(`says ${says.lines} lines${where}, and has ${has.lines}`);
      if (has.covered > says.covered) trouble.add(`says ${says.covered} covered lines${where}, and has ${has.covered}`);
    },
    files: (): ReadonlyMap<string, CoveredLines> => files,
  };
};

export type Coverage = ReturnType<typeof coverage>;

/** A count as coverage tools write it, else NaN. Some compilers count below zero by mistake: that is no hit. */
export const hitsOf = (text: string | undefined): number =>
  text !== undefined && /^\s*-?\d+(\.\d+)?(e\+?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
