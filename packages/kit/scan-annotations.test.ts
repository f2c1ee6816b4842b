import { expect, test } from '@jest/globals';
import type { FailedTest, Finding, ScanReport } from '#plan';
import { scanAnnotations } from './scan-annotations.ts';

const failure: FailedTest = {
  suite: 'tests.test_a',
  name: 'test_b',
  kind: 'failed',
  message: 'assert 1 == 2',
  tail: ['E assert'],
  file: 'tests/test_a.py',
  line: 7,
};
const finding: Finding = {
  tool: 'bandit',
  rule: 'B602',
  severity: 'high',
  message: 'shell=True',
  file: 'a.py',
  line: 3,
};
const scan = (failures: readonly FailedTest[], findings: readonly Finding[]): ScanReport => ({
  verdict: 'failed',
  commands: [],
  gates: [],
  tests: { total: 0, passed: 0, failed: 0, skipped: 0 },
  failures,
  findings,
  excepted: 0,
  unchecked: [],
});

test('failed tests come before findings, each at its line and by its severity', () => {
  const all: Finding[] = [
    { ...finding, fix: 'use a list' },
    { ...finding, severity: 'medium' },
    { tool: 'pip-audit', rule: 'X', severity: 'note', message: 'm' },
  ];
  expect(scanAnnotations(scan([failure, { ...failure, suite: '', message: '', tail: [] }], all), 1)).toEqual([
    {
      level: 'error',
      title: 'tests.test_a: test_b',
      message: 'assert 1 == 2\nE assert',
      file: 'tests/test_a.py',
      line: 7,
    },
    { level: 'error', title: 'test_b', message: 'failed', file: 'tests/test_a.py', line: 7 },
    { level: 'error', title: 'bandit B602', message: 'shell=True\nuse a list', file: 'a.py', line: 3 },
    { level: 'warning', title: 'bandit B602', message: 'shell=True', file: 'a.py', line: 3 },
    { level: 'notice', title: 'pip-audit X', message: 'm' },
  ]);
});

test.each([
  [0, 10, 10, 'tests.test_a: test_b'],
  [0, 12, 10, 'And more'],
  [1, 10, 9, 'And more'],
  [9, 2, 1, 'And more'],
  [10, 2, 0, undefined],
])('with %d errors before, of %d more %d are shown', (before, count, shown, last) => {
  const told = scanAnnotations(scan(Array<FailedTest>(count).fill(failure), []), before);
  expect([told.length, told.at(-1)?.title]).toEqual([shown, last]);
});

test('ten of each type, and the last says how many are left', () => {
  const low: Finding = { ...finding, severity: 'low' };
  const told = scanAnnotations(scan([], [...Array<Finding>(15).fill(finding), ...Array<Finding>(11).fill(low)]), 0);
  expect(told.filter(({ level }) => level === 'error')).toHaveLength(10);
  expect(told.filter(({ level }) => level === 'notice').at(-1)).toEqual({
    level: 'notice',
    title: 'And more',
    message: '2 more like these are in the summary of the run',
  });
});

test('a long message is cut', () => {
  const [only] = scanAnnotations(scan([{ ...failure, message: 'x'.repeat(9000) }], []), 0);
  expect(only?.message.length).toBeLessThanOrEqual(4096);
});
