import type { Finding, Gate, Note, TestTotals } from '#plan';
import { compareTests, testList } from './base-tests.ts';
import type { BaseTests } from './base-tests.ts';
import type { TestResults } from './read/results.ts';

export const noTests: TestTotals = { total: 0, passed: 0, failed: 0, skipped: 0 };

/** What several files count together. */
export const totalsOf = (files: readonly Pick<TestResults, 'totals'>[]): TestTotals =>
  files.reduce(
    (sum, { totals }) => ({
      total: sum.total + totals.total,
      passed: sum.passed + totals.passed,
      failed: sum.failed + totals.failed,
      skipped: sum.skipped + totals.skipped,
    }),
    noTests,
  );

/** `412 tests: 410 passed, 1 failed, 1 skipped` */
export const totalsText = ({ total, passed, failed, skipped }: TestTotals): string => {
  const parts = [
    [passed, 'passed'],
    [failed, 'failed'],
    [skipped, 'skipped'],
  ] as const;
  const told = parts.flatMap(([count, how]) => (count === 0 ? [] : [`${count} ${how}`]));
  return total === 0 ? 'no tests' : `${total} ${total === 1 ? 'test' : 'tests'}: ${told.join(', ')}`;
};

/** All tests pass, and some ran. Where part of them is not known, that none ran is not known either. */
export const testGate = (files: readonly TestResults[], allowEmpty: boolean, whole: boolean): Gate => {
  const totals = totalsOf(files);
  const failed = totals.failed > 0 || files.some(({ failures }) => failures.length > 0);
  const none = totals.total - totals.skipped <= 0 && !allowEmpty && whole;
  return {
    name: 'tests',
    outcome: failed || none ? 'failed' : 'passed',
    wanted: allowEmpty ? 'none fails' : 'some run, none fails',
    found: totalsText(totals),
  };
};

export type Compared = {
  readonly gates: readonly Gate[];
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
};

const name = 'compared tests';
const wanted = 'none gone or newly skipped since the base branch';

/**
 * Tests that the base branch has and that are gone or skipped now, as findings. `auto`: that there is nothing to compare with is a note;
 * `required`: it makes the gate incomplete. Where not all tests of today are known, the lists cannot be compared.
 */
export const comparedTests = (
  mode: 'auto' | 'required' | 'off',
  files: readonly TestResults[],
  whole: boolean,
  base: BaseTests | undefined,
): Compared => {
  if (mode === 'off') return { gates: [], findings: [], notes: [] };
  if (base?.known !== true || !whole) {
    const why =
      base?.known === true
        ? 'not all tests of this run are known'
        : (base?.why ?? 'the tests of the base branch are not known');
    return mode === 'required'
      ? { gates: [{ name, outcome: 'incomplete', wanted, found: why }], findings: [], notes: [] }
      : {
          gates: [],
          findings: [],
          notes: [{ kind: 'info', text: `Tests were not compared with those of the base branch: ${why}.` }],
        };
  }
  const { removed, skipped } = compareTests(base.tests, testList(files));
  const finding = (rule: string, what: string, subject: string): Finding => ({
    tool: 'landfall',
    rule,
    severity: 'medium',
    message: `${subject} ${what}`,
    subject,
  });
  return {
    gates: [
      {
        name,
        outcome: 'passed',
        wanted,
        found: `${base.tests.length} tests of the base branch at ${base.commit.slice(0, 7)}`,
      },
    ],
    findings: [
      ...removed.map((id) => finding('test-removed', 'is gone: the base branch has this test', id)),
      ...skipped.map((id) => finding('test-skipped', 'is skipped now: on the base branch it runs', id)),
    ],
    notes: [],
  };
};
