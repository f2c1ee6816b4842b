import { describe, expect, test } from '@jest/globals';
import type { Ran } from '#command';
import { borneOut, namesFile } from './borne-out.ts';
import type { Own } from './borne-out.ts';

const ran = (exit: Ran['exit'], outcome: Ran['outcome'] = 'failed'): Ran => ({
  name: 'x',
  ms: 1,
  tries: 1,
  exit,
  outcome,
  tail: [],
  output: '/x',
});
const own = (passed: number, failed: number, findings = 0, fails = false): Own => ({
  tests: [{ totals: { total: passed + failed, passed, failed, skipped: 0 }, failures: [] }],
  scans: [{ tool: 'flake8', found: findings > 0, fails }],
});
const nothing: Own = { tests: [], scans: [] };

describe('a command without a tool', () => {
  test.each([
    ['failed tests', 1, own(2, 1), 'explained'],
    ['tests that all passed', 1, own(3, 0), 'failed'],
    ['no report', 1, nothing, 'failed'],
    ['findings alone: they may be too small to make a gate red', 1, own(3, 0, 2), 'failed'],
    ['failed tests, and a usage error', 4, own(2, 1), 'failed'],
    ['failed tests, and an interruption', 2, own(2, 1), 'failed'],
    ['failed tests, and a signal', 'SIGKILL', own(2, 1), 'failed'],
    ['no tests, by pytest', 5, own(0, 0), 'explained'],
    ['some tests, by pytest', 5, own(1, 0), 'failed'],
  ] as const)('with %s', (_, exit, left, outcome) => {
    const { report, why } = borneOut(ran(exit), { command: 'python -m pytest -q' }, left);
    expect(report.outcome).toBe(outcome);
    expect(why).toBeUndefined();
  });

  test('that is no pytest has no exit code for no tests', () => {
    for (const command of ['make test', './mypytests', 'pytester'])
      expect(borneOut(ran(5), { command }, own(0, 0)).report.outcome).toBe('failed');
  });
});

describe('a command with a tool', () => {
  test.each([
    ['flake8', 1, own(0, 0, 1), 'explained', undefined],
    [
      'flake8',
      1,
      nothing,
      'unclear',
      'command x exited with 1, as flake8 does for what it finds, and its report has nothing',
    ],
    [
      'safety',
      'SIGTERM',
      own(0, 0, 1),
      'unclear',
      'command x ended with SIGTERM, which says nothing of what safety found',
    ],
    ['junit', 5, own(0, 0), 'explained', undefined],
    ['coverage', 1, own(1, 1), 'explained', undefined],
    ['coverage', 1, own(1, 0), 'failed', undefined],
  ] as const)('%s that exits with %s', (tool, exit, left, outcome, why) => {
    expect(borneOut(ran(exit), { tool, command: `${tool} x` }, left)).toMatchObject({
      report: { outcome },
      ...(why === undefined ? {} : { why }),
    });
  });

  test.each([
    ['flake8 app', true],
    ['cd web && flake8 app', true],
    ['cd "my web"&& flake8 app', true],
    ["A=1 flake8 --format='%(path)s; %(text)s | &' app \\\n  tests 2>&1 >/dev/null", true],
    ['flake8 "a\\" ; b" app &> out', true],
    ['flake8 --exit-zero .; mypy app', false],
    ["bash -c 'flake8 --exit-zero .; mypy app'", false],
    [`bash -eo pipefail -c 'flake8 --exit-zero .; mypy app'`, false],
    [`eval 'flake8 --exit-zero .; mypy app'`, false],
    ['cd web && /bin/sh -e -uc "flake8 --exit-zero .; mypy app"', false],
    ['python -m flake8', true],
    ['/opt/flake8/bin/flake8', true],
    [`flake8 --format='a " b'; mypy "app"`, false],
    ['flake8 --exit-zero .\nmypy app', false],
    ['flake8 --exit-zero . && mypy app', false],
    ['flake8 --exit-zero . || mypy app', false],
    ['flake8 --exit-zero . | grep x', false],
    ['flake8 --exit-zero . & mypy app', false],
    ['cd web && flake8 --exit-zero && mypy app', false],
    ['cd $(mypy app) && flake8', false],
    ['flake8 --exit-zero . # all\nmypy', false],
  ])('%s: is its exit code for certain that of its tool? %s', (command, simple) => {
    const { report, why } = borneOut(ran(1), { tool: 'flake8', command }, own(0, 0, 1));
    expect(report.outcome).toBe(simple ? 'explained' : 'unclear');
    expect(why).toBe(
      simple ? undefined : 'command x runs several programs, and which of them exited with 1 is not known',
    );
  });

  test.each([
    ['sh lint.sh -c cfg', 'flake8'],
    ['make lint', 'flake8'],
    ['./lint.sh -o flake8.txt', 'flake8'],
    ['./lint.sh --out flake8/x.txt', 'flake8'],
    ['tox -e lint-flake8-all', 'flake8'],
    ['npm run lint -- --sarif', 'sarif'],
  ] as const)('that %s does not name is explained only by findings that fail their gate', (command, tool) => {
    const of = (fails: boolean) => borneOut(ran(1), { tool, command }, own(0, 0, 1, fails));
    expect(of(true).report.outcome).toBe('explained');
    expect(of(false)).toMatchObject({
      report: { outcome: 'unclear' },
      why: `command x does not name ${tool}: which program of what it runs exited with 1 is not known`,
    });
  });

  test.each(['flooded', 'timed-out', 'cancelled'] as const)(
    'that was ended from outside (%s) is explained by nothing',
    (outcome) => {
      // it may say by its exit code that it found something, and have findings that are too small to make a gate red
      for (const exit of [0, 1, 5])
        for (const tool of ['flake8', 'junit'] as const)
          expect(borneOut(ran(exit, outcome), { tool, command: 'pytest' }, own(0, 0, 1)).report.outcome).toBe(outcome);
    },
  );
});

test.each([
  ['pytest --junitxml=junit.xml', 'junit.xml', '.', true],
  ['pytest --junitxml=./junit.xml', 'junit.xml', '.', true],
  ['pytest --junitxml junit.xml; true', 'junit.xml', '.', true],
  ['pytest --junitxml="junit.xml"', 'junit.xml', '.', true],
  ['pytest --junitxml=junit.xml', 'web/junit.xml', 'web', true],
  ['pytest --junitxml=../junit.xml', 'junit.xml', 'web', true],
  ['pytest --junitxml=junit.xml', 'web/junit.xml', '.', false],
  ['pytest --junitxml=web/junit.xml', 'junit.xml', '.', false],
  ['pytest --junitxml=junit.xml.old', 'junit.xml', '.', false],
  ['pytest --junitxml=my-junit.xml', 'junit.xml', '.', false],
  ['pytest --junitxml=junitZxml', 'junit.xml', '.', false],
])('%s names %s of %s: %s', (command, file, folder, named) => {
  expect(namesFile(command, file, folder)).toBe(named);
});

test('make ends with 2 for a recipe that ended as its tool does', () => {
  const tail = ['x.py:1:1: E225 missing whitespace', 'make: *** [Makefile:4: lint] Error 1'];
  const of = (command: string, left: Own) => borneOut({ ...ran(2), tail }, { tool: 'flake8', command }, left).report.outcome; // prettier-ignore
  expect(of('make lint', own(0, 0, 1, true))).toBe('explained');
  expect(of('make lint', own(0, 0, 1, false))).toBe('unclear');
  expect(of('make lint', nothing)).toBe('unclear');
  expect(of('make lint; exit 2', own(0, 0, 1))).toBe('unclear');
});
