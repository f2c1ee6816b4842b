/** What every proof is given, and what it gives. */
export type ProofOptions = {
  readonly show: (line: string) => void;
  /** The folder of the bundles that are started. */
  readonly dist: string;
};

export type ProofEnd = {
  readonly passed: number;
  readonly failed: number;
  readonly failures: string[];
  /** What was counted, for people. */
  readonly lines: string[];
};

/** Failures that are told in full; the rest is counted. */
const told = 50;

export type Tally = {
  /** Counts one expectation; `why` is asked for when it did not hold. */
  readonly held: (what: string, holds: boolean, why?: () => string) => void;
  readonly passed: (count: number) => void;
  readonly failed: () => number;
  readonly line: (text: string) => void;
  readonly end: () => ProofEnd;
};

/** Counts what held and what did not. */
export const tally = ({ show }: Pick<ProofOptions, 'show'>): Tally => {
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  const lines: string[] = [];
  return {
    held: (what, holds, why) => {
      if (holds) {
        passed += 1;
        return;
      }
      failed += 1;
      const text = why === undefined ? what : `${what}: ${why()}`;
      if (failures.length < told) failures.push(text);
      show(`✗ ${text}`);
    },
    passed: (count) => {
      passed += count;
    },
    failed: () => failed,
    line: (text) => {
      lines.push(text);
      show(text);
    },
    end: () => ({ passed, failed, failures, lines }),
  };
};
