import { describe, expect, test } from '@jest/globals';
import type { ScanResults, ScanTool } from './results.ts';
import { readScan } from './scan.ts';

async function* whole(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

const read = (tool: ScanTool, written: unknown): Promise<ScanResults> =>
  readScan(tool, whole(typeof written === 'string' ? written : JSON.stringify(written)), {
    file: 'report',
    root: '/work',
  });

const whats = ({ unchecked }: ScanResults): readonly string[] => unchecked.map(({ by, what }) => `${by}: ${what}`);

const sarif = (run: object, name = 'Tool', rules: readonly unknown[] = []): Promise<ScanResults> =>
  read('sarif', { version: '2.1.0', runs: [{ tool: { driver: { name, rules } }, ...run }] });

const severities = async (results: readonly object[], rules: readonly unknown[] = []): Promise<readonly string[]> =>
  (await sarif({ results }, 'Tool', rules)).findings.map(({ severity }) => severity);

describe('SARIF', () => {
  test('severity is by score, then by the level of the result, then by that of the rule', async () => {
    const score = (value: unknown) => ({ ruleId: 'r', level: 'note', properties: { 'security-severity': value } });
    const scores = ['9.0', 8.9, '7', '6.9', '4.0', '3.9', '0.0', 'high', ''];
    expect(await severities(scores.map(score))).toEqual([
      'critical',
      'high',
      'high',
      'medium',
      'medium',
      'low',
      'low',
      'low',
      'low',
    ]);
    expect(await severities(['error', 'warning', 'note', 'none'].map((level) => ({ level })))).toEqual([
      'high',
      'medium',
      'low',
      'note',
    ]);
    const rules = [
      { id: 'a', defaultConfiguration: { level: 'error' } },
      { id: 'b', properties: { 'security-severity': '9.8' } },
      'broken',
    ];
    expect(
      await severities(
        [
          { ruleId: 'a' },
          { ruleId: 'a/1' },
          { ruleIndex: 1 },
          { rule: { index: 1 } },
          { ruleId: 'c' },
          { ruleIndex: 2 },
          { ruleIndex: 99 },
        ],
        rules,
      ),
    ).toEqual(['high', 'high', 'critical', 'critical', 'medium', 'medium', 'medium']);
    expect(await severities([{ kind: 'review', level: 'none' }, { kind: 'pass' }, { kind: 'notApplicable' }])).toEqual([
      'note',
    ]);
  });

  test('what a tool could not decide was not checked', async () => {
    expect(whats(await sarif({ results: [{ ruleId: 'a', kind: 'open', level: 'none' }] }))).toEqual([
      'tool: report has 1 results that tool could not decide',
    ]);
  });

  test('what was accepted is suppressed, what is reviewed or rejected counts, what is gone does not', async () => {
    const { findings, suppressed } = await sarif({
      results: [
        { ruleId: 'a', suppressions: [{ kind: 'inSource' }] },
        { ruleId: 'b', suppressions: [{ kind: 'external', status: 'accepted' }] },
        { ruleId: 'c', suppressions: [{ status: 'accepted' }, { status: 'underReview' }] },
        { ruleId: 'd', suppressions: [{ status: 'rejected' }] },
        { ruleId: 'e', suppressions: [] },
        { ruleId: 'f', baselineState: 'absent' },
        { ruleId: 'g', baselineState: 'unchanged' },
      ],
    });
    expect(findings.map(({ rule }) => rule)).toEqual(['c', 'd', 'e', 'g']);
    expect(suppressed).toBe(2);
  });

  test('paths are brought to the workspace', async () => {
    const at = (artifactLocation: object) => ({
      locations: [{ physicalLocation: { artifactLocation, region: { startLine: 3 } } }],
    });
    const { findings } = await sarif({
      originalUriBaseIds: {
        ROOT: { uri: 'file:///work/' },
        SRC: { uri: 'src', uriBaseId: 'ROOT' },
        LOOP: { uri: 'x', uriBaseId: 'LOOP' },
      },
      artifacts: [{ location: { uri: 'listed.py' } }],
      results: [
        at({ uri: 'file:///work/a%20b.py' }),
        at({ uri: '/work/c.py' }),
        at({ uri: './d/../e.py', uriBaseId: '%SRCROOT%' }),
        at({ uri: 'f.py', uriBaseId: 'SRC' }),
        at({ index: 0 }),
        at({ uri: 'file:///other/g.py' }),
        at({ uri: '/github/workspace/h.py' }),
        at({ uri: 'i.py', uriBaseId: 'LOOP' }),
        at({ uri: '%ZZ.py' }),
        at({ index: 7 }),
      ].map((one, order) => ({ ...one, ruleId: `r${order}` })),
    });
    const files = findings.map(({ file, line }) => `${file ?? ''}:${line ?? ''}`);
    expect(files.slice(0, 7)).toEqual([
      'a b.py:3',
      'c.py:3',
      'e.py:3',
      'src/f.py:3',
      'listed.py:3',
      '/other/g.py:3',
      'h.py:3',
    ]);
    expect(files.slice(8)).toEqual(['%ZZ.py:3', ':']);
  });

  test('a run that did not get through, has no results or cannot be read is unchecked', async () => {
    expect(
      whats(await sarif({ results: [], invocations: [{ executionSuccessful: false, exitCodeDescription: 'killed' }] })),
    ).toEqual(['tool: report says that tool did not get through: killed']);
    const notification = (level: string) => ({ level, message: { text: `${level} ::error::x` } });
    expect(
      whats(
        await sarif({
          results: [],
          invocations: [
            { executionSuccessful: true, toolExecutionNotifications: [notification('warning'), notification('error')] },
          ],
        }),
      ),
    ).toEqual(['tool: report says: error ::error::x']);
    expect(whats(await sarif({}))).toEqual(['tool: report has a run of tool without results: it did not look']);
    expect(whats(await sarif({ results: null }))).toHaveLength(1);
    expect(whats(await sarif({ results: [{ level: 'shout' }] }))).toHaveLength(1);
    expect(whats(await read('sarif', { version: '2.1.0', runs: [] }))).toEqual(['sarif: report has no run of a tool']);
    expect(
      whats(await read('sarif', { version: '1.0.0', runs: [{ tool: { driver: { name: 'x' } }, results: [] }] })),
    ).toEqual(['sarif: report is SARIF 1.0.0, and 2.1.0 is read']);
    expect(whats(await read('sarif', { version: '2.1.0', runs: [7] }))).toHaveLength(1);
    for (const text of ['', 'null', '[]', '{}', '{"runs":', 'oops'])
      expect(whats(await read('sarif', text))).toHaveLength(1);
  });

  test('a secret travels nowhere, neither does quoted code', async () => {
    const secret = 'AKIA-very-secret';
    const place = {
      artifactLocation: { uri: 'a.env' },
      region: { startLine: 1, snippet: { text: secret } },
      contextRegion: { snippet: { text: secret } },
    };
    const result = {
      ruleId: 'aws',
      message: { text: `found ${secret}` },
      locations: [{ physicalLocation: place, message: { text: 'x' } }],
      properties: { match: secret },
    };
    for (const [name, rules] of [
      ['gitleaks', []],
      ['Trivy', [{ id: 'aws', properties: { tags: ['secret'] } }]],
    ] as const) {
      const all = await sarif(
        { results: [result, { ...result, level: 7 }].slice(0, name === 'Trivy' ? 1 : 2) },
        name,
        rules,
      );
      expect(JSON.stringify(all)).not.toContain(secret);
      expect(all.findings[0]).toMatchObject({
        tool: name.toLowerCase(),
        message: 'a secret, by the rule aws',
        file: 'a.env',
        line: 1,
      });
      expect(all.sarif?.[0]?.['results']).toMatchObject(
        [{ ruleId: 'aws', message: { text: 'a secret, by the rule aws' } }, {}].slice(0, name === 'Trivy' ? 1 : 2),
      );
    }
    const code = await sarif({
      results: [{ ruleId: 'a', message: { text: 'eval' }, locations: [{ physicalLocation: place }] }],
    });
    expect(JSON.stringify(code)).not.toContain(secret);
    expect(code.sarif).toMatchObject([{ results: [{ message: { text: 'eval' } }] }]);
  });

  test('messages are filled in, cleaned, and pages are pages', async () => {
    const rules = [{ id: 'a', helpUri: 'javascript:alert(1)', messageStrings: { m: { text: 'no {0} in {1}' } } }];
    const { findings } = await sarif(
      { results: [{ ruleId: 'a', message: { id: 'm', arguments: ['\u001b[2Jx', 'y\n::error::z'] } }] },
      'Tool',
      rules,
    );
    expect(findings).toEqual([{ tool: 'tool', rule: 'a', severity: 'medium', message: 'no x in y ::error::z' }]);
  });
});

test('Trivy: which package, and what mends it', async () => {
  const text =
    'Package: django\nInstalled Version: 4.2.1\nVulnerability CVE-2023-36053\nSeverity: HIGH\nFixed Version: 4.2.3, 3.2.20\nLink: [CVE-2023-36053](https://example.org)';
  const { findings } = await sarif(
    { results: [{ ruleId: 'CVE-2023-36053', level: 'error', message: { text } }] },
    'Trivy',
  );
  expect(findings).toMatchObject([
    {
      tool: 'trivy',
      severity: 'high',
      // its words are the rule's, and this one has none
      message: 'django 4.2.1: vulnerable',
      subject: 'django 4.2.1',
      fix: 'upgrade to 4.2.3, 3.2.20',
    },
  ]);
  const none = await sarif(
    { results: [{ message: { text: 'Package: a\nInstalled Version: 1\nFixed Version: \nLink: x' } }] },
    'Trivy',
  );
  expect(none.findings[0]).not.toHaveProperty('fix');
});

test('what is no report of its tool is unchecked, and so is nothing where a report belongs', async () => {
  for (const tool of ['bandit', 'pip-audit', 'safety'] as const)
    for (const text of ['', 'Traceback (most recent call last):', '{', '{}', '7', 'null', '{"results": 3}']) {
      const { findings, unchecked } = await read(tool, text);
      expect([tool, text, findings.length, unchecked.length]).toEqual([tool, text, 0, 1]);
    }
  for (const tool of ['flake8', 'black'] as const) {
    expect(whats(await read(tool, ''))).toEqual([]);
    expect(whats(await read(tool, 'command not found\n'))).toEqual([
      `${tool}: report is not what ${tool} prints: command not found`,
    ]);
  }
});

test('JSON is found among what else was printed, whole or not at all', async () => {
  const json = { dependencies: [{ name: 'a', version: '1', vulns: [] }] };
  const pretty = JSON.stringify(json, null, 2);
  expect(
    whats(await read('pip-audit', `[main] INFO\nNo known vulnerabilities found\n${pretty}\n-- done --\n`)),
  ).toEqual([]);
  expect(whats(await read('pip-audit', pretty.slice(3)))).toHaveLength(1);
  expect(whats(await read('pip-audit', `${pretty}\n${pretty}`))).toHaveLength(1);
});

test('bandit: severities, confidence, what was left out', async () => {
  const result = {
    filename: '/work/a.py',
    issue_severity: 'UNDEFINED',
    issue_confidence: 'LOW',
    issue_text: 'x',
    line_number: 0,
    test_id: 'B1',
    code: 'secret',
  };
  const all = await read('bandit', {
    errors: [{ filename: 'b.py', reason: 'syntax' }, 3],
    metrics: { _totals: { nosec: 2 }, 'a.py': {} },
    results: [result, { filename: 1 }],
  });
  expect(all.findings).toEqual([
    { tool: 'bandit', rule: 'B1', severity: 'medium', message: 'x (confidence low)', file: 'a.py' },
  ]);
  expect(all.suppressed).toBe(2);
  expect(whats(all)).toHaveLength(3);
  expect(JSON.stringify(all)).not.toContain('secret');
});

test('pip-audit: the list of before 2.0, and many that were skipped', async () => {
  const vulns = [{ id: 'V-1', fix_versions: ['2', '3'] }];
  expect((await read('pip-audit', [{ name: 'a', version: '1', vulns }])).findings).toEqual([
    { tool: 'pip-audit', rule: 'V-1', severity: 'high', message: 'a 1: V-1', subject: 'a 1', fix: 'upgrade to 2 or 3' },
  ]);
  const skipped = await read('pip-audit', {
    dependencies: Array.from({ length: 50 }, (_, at) => ({ name: `p${at}`, skip_reason: 'private' })),
  });
  expect(skipped.unchecked).toHaveLength(21);
  expect(whats(skipped).at(-1)).toBe('pip-audit: report has 30 more that could not be checked');
  expect(whats(await read('pip-audit', { dependencies: [{ name: 'a' }] }))).toHaveLength(1);
});

test('safety scan of 3.x: known vulnerabilities, and those that are ignored', async () => {
  const known = (id: string, ignored: unknown = null) => ({ id, ignored, vulnerable_spec: '<2' });
  const scan = (dependencies: readonly unknown[]) => ({
    meta: { schema_version: '3.0' },
    scan_results: {
      files: [],
      projects: [
        { id: 'p', files: [{ location: 'requirements.txt', type: 'requirements.txt', results: { dependencies } }] },
      ],
    },
  });
  const dependency = {
    name: 'django',
    specifications: [
      {
        raw: 'django==4.2.1',
        vulnerabilities: {
          known_vulnerabilities: [known('1'), known('2', { code: 'manual' })],
          remediation: { recommended: '4.2.16' },
        },
      },
    ],
  };
  const { findings, suppressed, unchecked } = await read('safety', scan([dependency]));
  expect(findings).toEqual([
    {
      tool: 'safety',
      rule: '1',
      severity: 'high',
      message: 'django==4.2.1: 1',
      subject: 'django==4.2.1',
      fix: 'upgrade to 4.2.16',
    },
  ]);
  expect([suppressed, unchecked]).toEqual([1, []]);
  expect(whats(await read('safety', scan([])))).toEqual(['safety: report names no package that was looked at']);
});

test('flake8 plugins may have codes of another length than its own', async () => {
  const { findings, unchecked } = await read('flake8', 'a.py:1:1: DALL000 no __all__\nb.py:2:3: ABC says\n');
  expect(findings.map(({ rule, file, line }) => [rule, file, line])).toEqual([
    ['DALL000', 'a.py', 1],
    ['ABC', 'b.py', 2],
  ]);
  expect(unchecked).toEqual([]);
});

test('a number in the source that flake8 shows is no count', async () => {
  const text = 'a.py:1:11: W291 trailing whitespace\n    100000 \n          ^\n';
  const came = await read('flake8', text);
  expect([whats(came), came.findings.length]).toEqual([[], 1]);
});

test('flake8 and black that name fewer than they count', async () => {
  expect(whats(await read('flake8', 'a.py:1:1: E501 long\n3\n'))).toEqual([
    'flake8: report counts 3 findings, and shows 1',
  ]);
  expect(whats(await read('flake8', '0\n'))).toEqual([]);
  expect(whats(await read('black', 'would reformat a.py\n\nOh no!\n2 files would be reformatted.\n'))).toHaveLength(1);
  expect(whats(await read('black', '1 file would be left unchanged.\n'))).toEqual([
    'black: report does not say that black is done',
  ]);
});
