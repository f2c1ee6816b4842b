import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '#plan';
import { severities } from '#plan';
import { finding, scan } from '../../test/fakes/scan-found.ts';
import { mergeSarif } from './index.ts';
import type { ForSarif } from './sarif.ts';

const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
// draft 4 and draft 7 differ in `id` alone, as far as this schema goes
const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const valid = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

const merged = (some: Partial<ForSarif>) => {
  const { log, notes } = mergeSarif({
    from: ['unit', 'python:3.13'],
    scans: [],
    findings: [],
    excepted: [],
    lineOf: () => undefined,
    ...some,
  });
  const read = JSON.parse(JSON.stringify(log)) as { runs: Run[] };
  valid(read);
  expect(valid.errors ?? []).toEqual([]);
  return { runs: read.runs, notes: notes.map(({ text }) => text) };
};
type Run = {
  tool: { driver: { name: string; rules: Record<string, unknown>[] } };
  results: {
    ruleId: string;
    message: { text: string };
    partialFingerprints: Record<string, string>;
    locations: unknown[];
  }[];
};

test('a finding hides no other one at its line, and one that counts comes before one that is excepted', () => {
  const by = { rule: 'CVE-1', reason: 'r', owner: 'o', expires: '2027-01-01', line: 1 };
  const cve = (subject: string, more: Partial<Finding> = {}) =>
    finding({ tool: 'trivy', rule: 'CVE-1', file: 'image', line: 1, subject, message: subject, ...more });
  const { runs } = merged({
    findings: [cve('openssl 3'), cve('zlib 1', { message: 'counts', severity: 'low' })],
    excepted: [
      { finding: cve('libssl3 3'), by },
      { finding: cve('zlib 1'), by },
    ],
  });
  const told = runs[0]?.results.map((one) => [one.message.text, 'suppressions' in one]);
  expect(told?.sort()).toEqual([
    ['libssl3 3', true],
    ['openssl 3', false],
    ['zlib 1: counts', false],
  ]);
});

test('a file takes no place of another one whose name ends alike', () => {
  const at = (uri: string, startColumn: number) => ({
    ruleId: 'R',
    message: { text: 'm' },
    partialFingerprints: { own: uri },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 3, startColumn } } }],
  });
  const columnOf = (file: string, ...uris: readonly string[]): unknown => {
    const one = finding({ tool: 'ruff', rule: 'R', file });
    const raw = { tool: { driver: { name: 'ruff' } }, results: uris.map((uri, index) => at(uri, index + 2)) };
    const { runs } = merged({ scans: [scan('ruff', [one], { sarif: [raw] })], findings: [one] });
    return (runs[0]?.results[0]?.locations[0] as { physicalLocation: { region: unknown } }).physicalLocation.region;
  };
  expect(columnOf('run.py', 'prerun.py')).toEqual({ startLine: 3 });
  expect(columnOf('run.py', 'app/run.py', 'run.py')).toEqual({ startLine: 3, startColumn: 3 });
  expect(columnOf('run.py', 'file:///srv/shop/run.py')).toEqual({ startLine: 3, startColumn: 2 });
  expect(columnOf('web/run.py', 'srun.py', './run.py')).toEqual({ startLine: 3, startColumn: 3 });
});

test('the schema can refuse', () => {
  expect(valid({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
});

test('whole: one run a tool, what its own file says of rules and places, ours with fingerprints, excepted ones suppressed', () => {
  const rule = {
    id: 'py/x',
    name: 'X',
    shortDescription: { text: 'short' },
    help: { text: 'help', markdown: '# help' },
    helpUri: 'not an address',
    odd: 1,
    properties: { tags: ['security', 'security'], 'security-severity': '7.5', precision: 7 },
  };
  const region = { startLine: 3, startColumn: 2, endColumn: 9, snippet: { text: 'secret' } };
  const raw = {
    tool: { driver: { name: 'semgrep', semanticVersion: '1.2.3', rules: [rule, 'junk'] } },
    results: [
      {
        ruleId: 'py/x',
        message: { text: 'm' },
        partialFingerprints: { odd: 'f', bad: 7 },
        locations: [{ physicalLocation: { artifactLocation: { uri: './src/my%20app.py' }, region } }],
      },
      'junk',
    ],
  };
  const semgrep = finding({ tool: 'semgrep', rule: 'py/x', file: 'src/my app.py', message: 'm', severity: 'medium' });
  const audit = finding({ tool: 'pip-audit', rule: 'PYSEC-1', file: 'r.txt', line: 1, subject: 'django 4.2', message: 'a hole', fix: 'upgrade', url: 'https://example.org/a', severity: 'critical' }); // prettier-ignore
  const by = { rule: 'PYSEC-1', reason: 'not reached', owner: 'ada', expires: '2027-01-01', line: 1 };
  const { runs, notes } = merged({
    scans: [scan('semgrep', [semgrep], { sarif: [raw] }), scan('pip-audit', [audit]), scan('black')],
    findings: [semgrep],
    excepted: [{ finding: audit, by }],
    lineOf: (file, line) => `  ${file} ${line}`,
  });
  expect(notes).toEqual([]);
  expect(runs).toEqual([
    {
      tool: {
        driver: {
          name: 'pip-audit',
          rules: [
            {
              id: 'PYSEC-1',
              shortDescription: { text: 'a hole' },
              helpUri: 'https://example.org/a',
              properties: { tags: ['security'], 'security-severity': '9.5' },
            },
          ],
        },
      },
      automationDetails: { id: 'landfall/unit/python:3.13/pip-audit/' },
      columnKind: 'utf16CodeUnits',
      invocations: [{ executionSuccessful: true }],
      results: [
        {
          ruleId: 'PYSEC-1',
          ruleIndex: 0,
          level: 'error',
          message: { text: 'django 4.2: a hole\nupgrade' },
          locations: [{ physicalLocation: { artifactLocation: { uri: 'r.txt' }, region: { startLine: 1 } } }],
          partialFingerprints: { primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/) as unknown },
          suppressions: [
            { kind: 'external', status: 'accepted', justification: 'not reached (ada, until 2027-01-01)' },
          ],
        },
      ],
    },
    {
      tool: {
        driver: {
          name: 'semgrep',
          semanticVersion: '1.2.3',
          rules: [
            {
              id: 'py/x',
              name: 'X',
              shortDescription: { text: 'short' },
              help: { text: 'help', markdown: '# help' },
              properties: { tags: ['security'], 'security-severity': '7.5' },
            },
          ],
        },
      },
      automationDetails: { id: 'landfall/unit/python:3.13/semgrep/' },
      columnKind: 'utf16CodeUnits',
      invocations: [{ executionSuccessful: true }],
      results: [
        {
          ruleId: 'py/x',
          ruleIndex: 0,
          level: 'warning',
          message: { text: 'm' },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'src/my%20app.py' },
                region: { startLine: 3, startColumn: 2, endColumn: 9 },
              },
            },
          ],
          // of a map that holds what is no text nothing is taken over
          partialFingerprints: { primaryLocationLineHash: expect.any(String) as unknown },
        },
      ],
    },
    {
      tool: { driver: { name: 'black', rules: [] } },
      automationDetails: { id: 'landfall/unit/python:3.13/black/' },
      columnKind: 'utf16CodeUnits',
      invocations: [{ executionSuccessful: true }],
      results: [],
    },
  ]);
});

test('a tool keeps the name that it gives itself, and what its file says', () => {
  const own = finding({ tool: 'semgrep oss', rule: 'x', file: 'a.py', line: 2 });
  const raw = {
    tool: { driver: { name: 'Semgrep OSS', rules: [{ id: 'x', properties: { 'security-severity': '9.1' } }] } },
    results: [],
  };
  const { runs } = merged({ scans: [scan('semgrep oss', [own], { sarif: [raw] })], findings: [own] });
  expect(runs.map(({ tool: { driver }, results }) => [driver.name, driver.rules, results.length])).toEqual([
    ['Semgrep OSS', [{ id: 'x', properties: { 'security-severity': '9.1' } }], 1],
  ]);
});

test('half a character in a name does not end it', () => {
  const { runs } = merged({ findings: [finding({ file: 'a/\ud800.py', line: 1 })] });
  expect(runs[0]?.results[0]?.locations).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: 'a/%EF%BF%BD.py' } } },
  ]);
});

test('a fingerprint stays when its line moves, and two like lines have two', () => {
  const text = ['a', 'call( 1 )', 'b', 'call(1)'];
  const prints = (lines: readonly string[], ...at: number[]) =>
    merged({
      findings: at.map((line) => finding({ line })),
      lineOf: (_file, line) => lines[line - 1],
    }).runs.flatMap(({ results }) => results.map(({ partialFingerprints: marks }) => marks['primaryLocationLineHash']));
  const before = prints(text, 2, 4);
  expect(new Set(before).size).toBe(2);
  expect(prints(['new', 'new', ...text], 4, 6)).toEqual(before);
  expect(prints(['other'], 1)).not.toEqual(before.slice(0, 1));
});

test('the same rule at the same line is one, the worst', () => {
  const twice = [finding({ message: 'a', severity: 'low' }), finding({ message: 'b', severity: 'high' })];
  expect(merged({ findings: twice }).runs[0]?.results.map(({ message }) => message.text)).toEqual(['b']);
});

test('what GitHub does not take is left out from its best end, and said', () => {
  const many = (tool: string, count: number, severity: Finding['severity']) =>
    Array.from({ length: count }, (_, at) => finding({ tool, line: at + 1, severity }));
  const tools = Array.from({ length: 21 }, (_, at) => finding({ tool: `t${at}`, severity: 'low' }));
  const worst = finding({ tool: 'a', rule: 'worst', severity: 'critical' });
  const { runs, notes } = merged({
    findings: [...many('a', 25_000, 'medium'), worst, ...many('b', 5001, 'high'), ...tools],
  });
  expect(runs).toHaveLength(20);
  expect(runs.slice(0, 2).map(({ tool, results }) => [tool.driver.name, results.length, results[0]?.ruleId])).toEqual([
    ['a', 25_000, 'worst'],
    ['b', 5001, 'B602'],
  ]);
  expect(notes).toEqual([
    '23 tools: the SARIF file has the 20 with the worst findings.',
    'a found 25001 things: the SARIF file has the 25000 worst.',
    'b found 5001 things: GitHub shows the 5000 worst.',
  ]);
});

test('what is about no file is left out, and said: GitHub would take none of the rest; a tool that was not whole says so', () => {
  const { file: _file, line: _line, ...homeless } = finding();
  const torn = scan('bandit', [homeless], { unchecked: [{ by: 'bandit', what: 'cut off' }] });
  const { runs, notes } = merged({ scans: [torn], findings: [homeless, finding()] });
  expect(runs).toMatchObject([{ invocations: [{ executionSuccessful: false }], results: [{ ruleId: 'B602' }] }]);
  expect(notes).toEqual([
    '1 findings are about no file, and so not in the SARIF file: GitHub takes none that has them.',
  ]);
});

const junk = fc.jsonValue({ maxDepth: 5 });
const anyFinding = fc.record(
  {
    tool: fc.constantFrom('a', 'bandit', 'landfall'),
    rule: fc.string(),
    severity: fc.constantFrom(...severities),
    message: fc.string(),
    file: fc.string({ unit: 'grapheme' }),
    line: fc.integer({ min: 1 }),
    subject: fc.string(),
    fix: fc.string(),
    url: fc.oneof(fc.webUrl(), fc.string()),
  },
  { requiredKeys: ['tool', 'rule', 'severity', 'message'] },
);

test('whatever was found, and whatever a SARIF file held, the merged one is valid', () => {
  const raw = fc.record({
    tool: fc.oneof(
      junk,
      fc.record({
        driver: fc.oneof(
          junk,
          fc.record({
            name: fc.string(),
            rules: fc.array(
              fc.oneof(junk, fc.record({ id: fc.string(), help: junk, properties: junk, helpUri: junk })),
            ),
          }),
        ),
      }),
    ),
    results: fc.oneof(junk, fc.array(junk)),
  });
  fc.assert(
    fc.property(fc.array(anyFinding), fc.array(raw), (findings, sarif) => {
      merged({ findings, scans: [scan('a', [], { sarif })] });
    }),
  );
});
