import { expect, test } from '@jest/globals';
import { renderSummary, scanLines } from '#plan';
import type { FailedTest, Finding, Report, ScanReport } from '#plan';

const scan: ScanReport = {
  verdict: 'failed',
  commands: [
    { name: 'unit', ms: 8000, tries: 2, outcome: 'failed', exit: 1, tail: ['E assert', '1 failed'] },
    { name: 'lint', ms: 4000, tries: 1, outcome: 'explained', exit: 1, tail: [] },
  ],
  gates: [
    { name: 'coverage', outcome: 'passed', wanted: 'at least 80 % of lines', found: '80 %: 4 of 5' },
    { name: 'pip-audit', outcome: 'incomplete', wanted: 'no findings', found: 'none; not checked: skipped a|b' },
    { name: 'black', outcome: 'incomplete', wanted: 'no findings', found: 'none', allowed: true },
    { name: 'tests', outcome: 'failed', wanted: 'some run, none fails', found: '2 tests: 1 passed, 1 failed' },
  ],
  tests: { total: 2, passed: 1, failed: 1, skipped: 0 },
  failures: [
    {
      suite: 'tests.test_a',
      name: 'test_<b>[`x`]',
      kind: 'failed',
      message: 'assert 1 == 2',
      tail: ['  def test_b():', '```', '\u001b[31mE assert\u001b[0m'],
      file: 'tests/test_a.py',
      line: 7,
    },
  ],
  findings: [
    {
      tool: 'bandit',
      rule: 'B602',
      severity: 'high',
      message: 'shell=True',
      file: 'app/a|b.py',
      line: 3,
      fix: 'do not',
    },
    { tool: 'pip-audit', rule: 'PYSEC-1', severity: 'medium', message: 'a hole', subject: 'django 4.2' },
    { tool: 'landfall', rule: 'forbidden-word', severity: 'low', message: 'TODO [x](y)', file: 'app/a|b.py', line: 9 },
  ],
  excepted: 2,
  unchecked: [{ by: 'pip-audit', what: 'audit.json skipped <b>' }],
  coverage: {
    total: 80,
    covered: 4,
    lines: 5,
    changed: { percent: 200 / 3, covered: 2, lines: 3 },
    missed: [
      { file: 'app/x.py', from: 3, to: 3 },
      { file: 'app/y.py', from: 3, to: 9 },
    ],
  },
};
const report: Report = {
  v: 1,
  action: 'test-and-scan',
  result: 'failed',
  verdict: '1 of 4 gates failed: tests',
  startedAt: '2026-01-02T14:00:00Z',
  ms: 12_345,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
  scan,
};
/** The page without what stands before the first section of tests and scans, and after the last. */
const page = (some: Partial<ScanReport>): string =>
  renderSummary({ ...report, scan: { ...scan, ...some } })
    .replace(/^[^]*?(?=### )/, '')
    .replace(/\n\n\|  \|  \|\n[^]*/, '');

test('the page: gates, failed tests, what was not checked, findings by file, coverage, commands', () => {
  expect(page({})).toBe(`### Gates

|  | gate | wanted | found |
| --- | --- | --- | --- |
| ❌ | tests | some run, none fails | 2 tests: 1 passed, 1 failed |
| ❔ | pip-audit | no findings | none; not checked: skipped a&#124;b<br><sub>not checked</sub> |
| ❔ | black | no findings | none<br><sub>not checked, as allowed</sub> |
| ✅ | coverage | at least 80 % of lines | 80 %: 4 of 5 |

### Failed tests: 1

<details><summary>❌ tests.test&#95;a › test&#95;&#60;b&#62;&#91;&#96;x&#96;&#93;</summary>

\`tests/test_a.py:7\`

assert 1 == 2

\`\`\`\`text
  def test_b():
\`\`\`
E assert
\`\`\`\`

</details>

### Not checked

- ❔ pip-audit: audit.json skipped &#60;b&#62;

### Findings: 3

**<code>app/a&#124;b.py</code>**

- 🔴 high, line 3: \`bandit B602\` shell=True<br>→ do not
- 🟡 low, line 9: \`landfall forbidden-word\` TODO \\[x\\](y)

**about no file**

- 🟠 medium, \`pip-audit PYSEC-1\` \`django 4.2\`: a hole

2 more are excepted by the ignore file.

### Coverage

80 % of all lines (4 of 5); 66.66 % of the changed ones (2 of 3).

Changed lines that no test ran:

\`\`\`diff
- app/x.py:3
- app/y.py:3-9
\`\`\`

### Commands

|  | command | exit | took |  |
| --- | --- | --- | ---: | --- |
| ❌ | unit<br><sub>at try 2</sub> | 1 | 8 s | ████████████████████ |
| ☑️ | lint | 1, explained | 4 s | ██████████ |

<details><summary>The last lines of unit</summary>

\`\`\`text
E assert
1 failed
\`\`\`

</details>`);
});

test('a run in which all is well shows no empty sections', () => {
  const { coverage: _, ...rest } = scan;
  const none = {
    ...rest,
    verdict: 'passed',
    commands: [],
    failures: [],
    findings: [],
    unchecked: [],
    excepted: 0,
  } as const;
  expect(renderSummary({ ...report, scan: none })).not.toMatch(/### (?!Gates)/);
  expect(renderSummary({ ...report, scan: { ...none, excepted: 1 } })).toContain(
    '### Findings: none\n\n1 more is excepted by the ignore file.',
  );
});

test('however much was found, the page has room for it and says what it leaves out', () => {
  const long = 'x'.repeat(20_000);
  const failure: FailedTest = {
    ...scan.failures[0],
    suite: long,
    name: long,
    kind: 'error',
    message: long,
    tail: Array<string>(1000).fill(long),
  };
  const finding: Finding = {
    tool: 'ruff',
    rule: 'E501',
    severity: 'note',
    message: long,
    fix: long,
    file: 'a.py',
    line: 1,
  };
  const text = page({
    failures: Array<FailedTest>(5000).fill(failure),
    findings: Array<Finding>(25_000).fill(finding),
    unchecked: Array<ScanReport['unchecked'][number]>(900).fill({ by: 'x', what: long }),
    coverage: {
      total: 0,
      covered: 0,
      lines: 1,
      missed: Array.from({ length: 7000 }, () => ({ file: long, from: 1, to: 2 })),
    },
  });
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  for (const rest of [
    '4950 more failed tests',
    '24700 more findings',
    '850 more things that were not checked',
    '6800 more ranges',
  ])
    expect(text).toContain(`… and ${rest}, in the JSON report (output \`report\`).`);
});

test('the end of the log names the gates that did not pass, and the tests', () => {
  expect(scanLines(scan)).toEqual([
    '✗ failed      tests: 2 tests: 1 passed, 1 failed (wanted: some run, none fails)',
    '? not checked pip-audit: none; not checked: skipped a|b (wanted: no findings)',
    '? not checked black: none (wanted: no findings); allowed',
    '    tests.test_a test_<b>[`x`]: assert 1 == 2',
  ]);
  const [failure] = scan.failures;
  const many = {
    ...scan,
    failures: failure === undefined ? [] : Array<FailedTest>(30).fill({ ...failure, message: 'a\n::error::b' }),
  };
  expect(scanLines(many).slice(-2)).toEqual(['    tests.test_a test_<b>[`x`]: a ::error::b', '    and 10 more tests']);
});
