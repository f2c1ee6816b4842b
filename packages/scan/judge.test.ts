import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding, Gate } from '#plan';
import { failure, finding, found, ran, scan, tests, wanted, coverage, changes } from '../../test/fakes/scan-found.ts';
import { judge } from './index.ts';
import type { Found } from './index.ts';

type Section = Readonly<Record<string, unknown>>;
const run = (section: Section, some: Partial<Found>) => judge(wanted(section), found(some));
/** `name: outcome: found` of each gate. */
const gates = (section: Section, some: Partial<Found>): string[] =>
  run(section, some).scan.gates.map(({ name, outcome, found: text }) => `${name}: ${outcome}: ${text}`);
const list = (ids: Readonly<Record<string, boolean>>) => Object.entries(ids).map(([id, skipped]) => ({ id, skipped }));

describe('the verdict', () => {
  const open: Gate['outcome'] = 'incomplete';

  test('whole, of a run that passes', () => {
    const judged = run(
      { run: { unit: 'pytest' }, junit: 'junit.xml', 'compare-tests': 'off', coverage: 'c.xml', 'coverage-min': 80 },
      {
        commands: [ran('unit')],
        tests: [tests({ passed: 2, skipped: 1 })],
        coverage: [coverage({ 'a.py': [[1, 2, 3, 4], [5]] })],
      },
    );
    expect(judged).toEqual({
      scan: {
        verdict: 'passed',
        commands: [ran('unit')],
        gates: [
          { name: 'command unit', outcome: 'passed', wanted: 'ends well', found: 'exit 0' },
          { name: 'tests', outcome: 'passed', wanted: 'some run, none fails', found: '3 tests: 2 passed, 1 skipped' },
          { name: 'coverage', outcome: 'passed', wanted: 'at least 80 % of lines', found: '80 %: 4 of 5' },
        ],
        tests: { total: 3, passed: 2, failed: 0, skipped: 1 },
        failures: [],
        findings: [],
        excepted: 0,
        unchecked: [],
        coverage: { total: 80, covered: 4, lines: 5, missed: [] },
      },
      excepted: [],
      notes: [],
      says: '3 of 3 gates passed',
    });
  });

  test('nothing that was asked for is not passed', () => {
    expect(run({}, {})).toMatchObject({ scan: { verdict: 'incomplete', gates: [] }, says: 'nothing was asked for' });
  });

  test('failed is more than incomplete, and incomplete more than passed', () => {
    const section = { run: { a: 'x', b: 'y' }, junit: 'j.xml', 'compare-tests': 'off' };
    expect(run(section, { commands: [ran('a'), ran('b', { outcome: 'failed', exit: 2 })] })).toMatchObject({
      scan: { verdict: 'failed' },
      says: '1 of 3 gates failed: command b; 1 of 3 gates could not be checked: tests',
    });
    expect(run(section, { commands: [ran('a'), ran('b')] })).toMatchObject({
      scan: { verdict: 'incomplete' },
      says: '1 of 3 gates could not be checked: tests',
    });
    expect(run({ ...section, 'allow-incomplete': ['tests'] }, { commands: [ran('a'), ran('b')] })).toMatchObject({
      scan: { verdict: 'passed' },
      says: '2 of 3 gates passed; not checked, as allowed: tests',
    });
  });

  test('what failed is not allowed by a name, and a name without a gate is said', () => {
    const judged = run(
      { junit: 'j.xml', 'compare-tests': 'off', 'allow-incomplete': ['tests', 'bandti'] },
      { tests: [tests({ failed: 1 }, { unchecked: [{ by: 'tests', what: 'cut off' }] })] },
    );
    expect(judged.scan.verdict).toBe('failed');
    expect(judged.notes).toEqual([
      { kind: 'warning', text: '`allow-incomplete` names bandti, and there is no such gate.' },
    ]);
  });

  test('what is unchecked and has no gate gets one', () => {
    expect(run({}, { unchecked: [{ by: 'trivy', what: 'no database' }] }).scan.gates).toEqual([
      { name: 'trivy', outcome: open, wanted: 'checked in full', found: 'no database' },
    ]);
  });

  test('what is said of a gate is cut between characters', () => {
    const unchecked = [0, 1].map((at) => ({ by: `t${at}`, what: `${'x'.repeat(at)}${'😀'.repeat(200)}` }));
    for (const { found: text } of run({}, { unchecked }).scan.gates) {
      expect(text.isWellFormed()).toBe(true);
      expect(text.length).toBeGreaterThan(290);
    }
  });

  test('whatever is asked for and left nothing is never passed', () => {
    const asks = {
      junit: { junit: 'j.xml', 'compare-tests': 'off' },
      sarif: { sarif: 's.sarif' },
      coverage: { coverage: 'c.xml' },
      floor: { 'coverage-min': 0 },
      changed: { 'changed-coverage-min': 0 },
      compared: { junit: 'j.xml', 'compare-tests': 'required' },
      words: { forbid: ['TODO'] },
      debug: { forbid: { debug: true } },
      secrets: { secrets: true },
      pinned: { pinned: ['r.txt'] },
      version: { version: { file: 'VERSION' } },
      command: { run: { a: 'x' } },
      bandit: { run: { a: { command: 'x', tool: 'bandit', report: 'b.json' } } },
      flake8: { run: { a: { command: 'x', tool: 'flake8' } } },
    };
    fc.assert(
      fc.property(fc.subarray(Object.values(asks), { minLength: 1 }), (sections) => {
        const section = Object.assign({}, ...sections) as Section;
        const { scan: report } = run(section, {});
        expect(report.verdict).toBe('incomplete');
        expect(report.gates.every(({ outcome }) => outcome === open)).toBe(true);
      }),
    );
    // none of them alone is passed over
    for (const section of Object.values(asks)) expect(run(section, {}).scan.gates.length).toBeGreaterThan(0);
  });
});

describe('commands', () => {
  test.each([
    [ran('a'), 'passed: exit 0'],
    [ran('a', { tries: 3 }), 'passed: exit 0, at try 3'],
    [ran('a', { outcome: 'explained', exit: 1 }), 'passed: exit 1, for what its tool found'],
    [ran('a', { outcome: 'failed', exit: 1 }), 'failed: exit 1'],
    [ran('a', { outcome: 'failed', exit: 'SIGSEGV' }), 'failed: SIGSEGV'],
    [ran('a', { outcome: 'timed-out', exit: 'SIGKILL', ms: 60_000 }), 'failed: not ended after 1 min'],
    [ran('a', { outcome: 'cancelled', exit: 'SIGINT' }), 'failed: cancelled'],
  ])('%j', (command, text) => {
    expect(gates({ run: { a: 'x' } }, { commands: [command] })).toEqual([`command a: ${text}`]);
  });

  test('that passed at a later try are told to be flaky', () => {
    const told = (more: object) => run({ run: { a: 'x' } }, { commands: [ran('a', more)] }).notes;
    expect(told({ tries: 3 })).toEqual([
      { kind: 'warning', text: 'Command a is flaky: it passed at try 3, after 2 that failed.' },
    ]);
    expect(told({ tries: 3, outcome: 'failed', exit: 1 })).toEqual([]);
    expect(told({})).toEqual([]);
  });
});

describe('tests', () => {
  const off = { junit: 'j.xml', 'compare-tests': 'off' };
  test.each([
    [off, [tests({ passed: 1 })], 'passed: 1 test: 1 passed'],
    [
      off,
      [tests({ passed: 1, failed: 1 }), tests({ passed: 1 }, { file: 'b.xml' })],
      'failed: 3 tests: 2 passed, 1 failed',
    ],
    [off, [tests({ passed: 1 }), tests({ passed: 1 })], 'passed: 1 test: 1 passed'],
    [off, [tests({ passed: 1 }, { failures: [failure] })], 'failed: 1 test: 1 passed'],
    [off, [tests({})], 'failed: no tests'],
    [off, [tests({ skipped: 4 })], 'failed: 4 tests: 4 skipped'],
    [{ ...off, 'allow-empty': true }, [tests({})], 'passed: no tests'],
    [
      off,
      [tests({}, { unchecked: [{ by: 'tests', what: 'j.xml is no XML' }] })],
      'incomplete: no tests; not checked: j.xml is no XML',
    ],
    [off, [], 'incomplete: no tests; not checked: no file was read for j.xml'],
  ])('%j %j', (section, files, text) => {
    expect(gates(section, { tests: files })).toEqual([`tests: ${text}`]);
  });

  const commit = 'a1'.repeat(20);
  const base = { known: true, commit, tests: list({ a: false, b: false, c: true, d: false }) } as const;
  const now = tests({ passed: 2, skipped: 1 }, { tests: list({ a: false, b: true, c: true, e: false }) });

  test('that are gone or newly skipped since the base branch fail, and are findings', () => {
    const judged = run({ junit: 'j.xml', 'fail-on': 'critical' }, { tests: [now], base });
    expect(judged.scan.gates[1]).toEqual({
      name: 'compared tests',
      outcome: 'failed',
      wanted: 'none gone or newly skipped since the base branch',
      found: '4 tests of the base branch at a1a1a1a: 2 medium',
    });
    expect(judged.scan.findings.map(({ rule, subject }) => [rule, subject])).toEqual([
      ['test-removed', 'd'],
      ['test-skipped', 'b'],
    ]);
  });

  test('may be excepted one by one, by an exception that need not be used later', () => {
    const one = { reason: 'r', owner: 'o', expires: '2026-12-31', line: 1 };
    const entries = [
      { ...one, rule: 'test-removed', subject: 'd' },
      { ...one, rule: 'test-skipped', tool: 'landfall', subject: 'b' },
      { ...one, rule: 'test-removed', subject: 'long gone' },
    ];
    const judged = run({ junit: 'j.xml' }, { tests: [now], base, exceptions: { file: 'i.yml', entries } });
    expect([judged.scan.verdict, judged.scan.excepted, judged.scan.findings]).toEqual(['passed', 2, []]);
  });

  test('are compared where that can be; `required` wants it, `auto` says why not', () => {
    const note = {
      kind: 'info',
      text: 'Tests were not compared with those of the base branch: the tests of the base branch are not known.',
    };
    expect(run({ junit: 'j.xml' }, { tests: [now] })).toMatchObject({ scan: { verdict: 'passed' }, notes: [note] });
    expect(run({ junit: 'j.xml', 'compare-tests': 'required' }, { tests: [now] }).scan.gates[1]).toMatchObject({
      outcome: 'incomplete',
      found: 'the tests of the base branch are not known',
    });
    const why = 'the newest list is of elsewhere';
    const none = run({ junit: 'j.xml' }, { tests: [now], base: { known: false, why } });
    expect(none).toMatchObject({ scan: { verdict: 'passed', findings: [] } });
    expect(none.notes[0]?.text).toBe(`Tests were not compared with those of the base branch: ${why}.`);
    const torn = { ...now, unchecked: [{ by: 'tests', what: 'cut off' }] };
    expect(gates({ junit: 'j.xml', 'compare-tests': 'required' }, { tests: [torn], base })[1]).toBe(
      'compared tests: incomplete: not all tests of this run are known',
    );
  });
});

describe('findings', () => {
  const all: readonly Finding[] = [
    finding({ severity: 'low', rule: 'B1' }),
    finding({ severity: 'medium', rule: 'B2' }),
    finding({ severity: 'high', rule: 'B3' }),
  ];
  test.each([
    ['critical', 'passed'],
    ['high', 'failed'],
    ['medium', 'failed'],
    ['low', 'failed'],
  ])('fail-on %s: %s', (failOn, outcome) => {
    const judged = run({ 'fail-on': failOn, sarif: 's' }, { scans: [scan('bandit', all)] });
    expect(judged.scan.gates).toEqual([
      { name: 'bandit', outcome, wanted: `no findings of ${failOn} or worse`, found: '1 high, 1 medium, 1 low' },
    ]);
    expect(judged.scan.findings.map(({ rule }) => rule)).toEqual(['B3', 'B2', 'B1']);
  });

  test('a command has a limit of its own; what two reports say alike counts once', () => {
    const command = (failOn: string) => ({ command: 'x', tool: 'bandit', report: 'b.json', 'fail-on': failOn });
    const section = { run: { a: command('critical'), b: command('low') }, 'fail-on': 'note' };
    const scans = [
      { ...scan('bandit', all), command: 'a' },
      { ...scan('bandit', [...all, finding({ rule: 'B4', severity: 'note' })], { file: 'c.json' }), command: 'b' },
    ];
    const judged = run(section, { commands: [ran('a'), ran('b')], scans });
    expect(judged.scan.gates.slice(2).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['bandit (a)', 'passed'],
      ['bandit (b)', 'failed'],
    ]);
    expect(judged.scan.findings).toHaveLength(4);
  });

  test('a tool that did not look at everything is incomplete, also when it found nothing', () => {
    const unchecked = [
      { by: 'pip-audit', what: 'audit.json skipped psycopg2' },
      { by: 'pip-audit', what: 'audit.json skipped x' },
    ];
    expect(gates({}, { scans: [scan('pip-audit', [], { unchecked })] })).toEqual([
      'pip-audit: incomplete: none; not checked: audit.json skipped psycopg2, and 1 more',
    ]);
  });

  test('what a tool accepts by itself is told', () => {
    const scans = [scan('bandit', [], { suppressed: 2 }), scan('bandit', all, { suppressed: 1, file: 'b.json' })];
    expect(gates({}, { scans })).toEqual(['bandit: failed: 1 high, 1 medium, 1 low; 3 accepted by bandit itself']);
  });

  test('rules of Landfall fail by any finding', () => {
    const secret = finding({ tool: 'landfall', rule: 'secret', severity: 'critical' });
    const rules = {
      looked: ['env files', 'secrets', 'version'] as const,
      findings: [secret],
      unchecked: [{ by: 'version', what: 'dynamic' }],
      notes: [],
    };
    expect(gates({ secrets: true, version: { file: 'VERSION' }, 'fail-on': 'critical' }, { rules })).toEqual([
      'env files: passed: none',
      'secrets: failed: 1 critical',
      'version: incomplete: none; not checked: dynamic',
    ]);
  });
});

describe('exceptions', () => {
  const one = { rule: 'B602', reason: 'r', owner: 'ada', expires: '2026-11-30', line: 4 };
  const exceptions = (...entries: object[]) => ({
    file: '.landfall-ignore.yml',
    entries: entries.map((more) => ({ ...one, ...more })),
  });
  const scans = [scan('bandit', [finding(), finding({ file: 'app/b.py', subject: 'django 4.2.1' })])];
  const kept = (...entries: object[]) =>
    run({ sarif: 's' }, { scans, exceptions: exceptions(...entries) }).scan.findings.map(
      ({ rule, file, line }) => `${rule} ${file} ${line}`,
    );

  test.each<readonly [object, readonly string[]]>([
    [{}, []],
    [{ tool: 'bandit' }, []],
    [{ file: 'app/**' }, []],
    [{ file: 'app' }, []],
    [{ file: 'app/run.py' }, ['B602 app/b.py 3']],
    [{ subject: 'django' }, ['B602 app/run.py 3']],
    [{ subject: 'django 4.2.1' }, ['B602 app/run.py 3']],
    [{ subject: 'djang' }, ['B602 app/b.py 3', 'B602 app/run.py 3', 'exception-unused .landfall-ignore.yml 4']],
    [{ rule: 'B6' }, ['B602 app/b.py 3', 'B602 app/run.py 3', 'exception-unused .landfall-ignore.yml 4']],
    [{ expires: '2026-11-29' }, ['B602 app/b.py 3', 'B602 app/run.py 3', 'exception-expired .landfall-ignore.yml 4']],
    // whether another tool would still find it is not known
    [{ tool: 'semgrep' }, ['B602 app/b.py 3', 'B602 app/run.py 3']],
  ])('%j', (entry, left) => {
    expect(kept(entry)).toEqual(left);
  });

  test('their gate, and what they say', () => {
    const judged = run(
      { sarif: 's', 'fail-on': 'medium' },
      { scans: [scan('bandit')], exceptions: exceptions({}, { rule: 'X', expires: '2026-01-01' }) },
    );
    expect(judged.scan.gates.at(-1)).toEqual({
      name: 'exceptions',
      outcome: 'failed',
      wanted: 'none has ended, none is unused',
      found: '1 ended, 1 unused',
    });
    expect(judged.scan.findings.map(({ message }) => message)).toEqual([
      'the exception of X by ada ended on 2026-01-01',
      'the exception of B602 by ada fits no finding any more; take it out',
    ]);
  });

  test('fails for one that has ended or is unused, whatever `fail-on` is', () => {
    for (const entry of [{}, { expires: '2026-01-01' }])
      expect(
        gates({ sarif: 's', 'fail-on': 'high' }, { scans: [scan('bandit')], exceptions: exceptions(entry) }),
      ).toContainEqual(expect.stringMatching(/^exceptions: failed/));
  });

  test('where a tool was incomplete its exception is not called unused', () => {
    const torn = scan('bandit', [], { unchecked: [{ by: 'bandit', what: 'cut off' }] });
    const both = exceptions({}, { tool: 'bandit' });
    expect(run({ sarif: 's' }, { scans: [torn], exceptions: both }).scan.findings).toEqual([]);
  });

  test('of what this job has no tool for, and does not ask its own rules, an exception is not called unused', () => {
    const [own, named] = [exceptions({ rule: 'unpinned' }), exceptions({ rule: 'unpinned', tool: 'landfall' })];
    // another job may look for it
    for (const found of [{ exceptions: exceptions({}) }, { exceptions: own }, { exceptions: named }])
      expect(run({ junit: 'j' }, { tests: [tests({ passed: 1 })], ...found }).scan.findings).toEqual([]);
    const looked = { rules: { looked: ['pinned requirements' as const], findings: [], unchecked: [], notes: [] } };
    for (const found of [own, named])
      expect(run({ pinned: ['r.txt'] }, { ...looked, exceptions: found }).scan.findings).toMatchObject([
        { rule: 'exception-unused' },
      ]);
  });

  test('what is excepted is told, with who says so', () => {
    const judged = run({ sarif: 's' }, { scans, exceptions: exceptions({ file: 'app/b.py' }) });
    expect(judged.scan.excepted).toBe(1);
    expect(judged.excepted.map(({ finding: { file }, by }) => [file, by.owner])).toEqual([['app/b.py', 'ada']]);
  });
});

describe('coverage', () => {
  const lines = (covered: number, missed: number) => {
    const all = Array.from({ length: covered + missed }, (_, at) => at + 1);
    return coverage({ 'a.py': [all.slice(0, covered), all.slice(covered)] });
  };
  test.each([
    [8000, 2000, 80, 'passed: 80 %: 8000 of 10000'],
    [7999, 2001, 80, 'failed: 79.99 %: 7999 of 10000'],
    [7999, 2001, 79.99, 'passed: 79.99 %: 7999 of 10000'],
    [9999, 1, 100, 'failed: 99.99 %: 9999 of 10000'],
    [2, 1, 66.67, 'failed: 66.66 %: 2 of 3'],
    [57, 43, 57.1, 'failed: 57 %: 57 of 100'],
    [0, 1, 0, 'passed: 0 %: 0 of 1'],
  ])('%d and %d lines, at least %d %%', (covered, missed, floor, text) => {
    expect(gates({ coverage: 'c', 'coverage-min': floor }, { coverage: [lines(covered, missed)] })).toEqual([
      `coverage: ${text}`,
    ]);
  });

  test('several files are one: a line that any of them ran is covered', () => {
    const files = [
      coverage({ 'a.py': [[1], [2, 3]] }),
      coverage({ 'a.py': [[2], [1, 3, 4]], 'b.py': [[1], []] }),
      coverage({ 'src/b.py': [[3], [1, 2]] }),
    ];
    expect(run({ coverage: 'c' }, { coverage: files }).scan.coverage).toEqual({
      total: 50,
      covered: 4,
      lines: 8,
      missed: [],
    });
  });

  const measured = [
    coverage({
      'app/a.py': [
        [1, 2, 5],
        [3, 4, 9],
      ],
      'app/b.py': [[1], []],
    }),
  ];
  const changed = (floor: number, files: Parameters<typeof changes>[0]) =>
    run({ coverage: 'c', 'changed-coverage-min': floor }, { coverage: measured, changes: changes(files) }).scan;

  test('of changed lines counts those that are measured', () => {
    const { gates: all, coverage: report } = changed(50, {
      'app/a.py': [
        [2, 4],
        [8, 20],
      ],
      'README.md': [[1, 9]],
    });
    expect(all[1]).toEqual({
      name: 'changed coverage',
      outcome: 'failed',
      wanted: 'at least 50 % of changed lines',
      found: '25 %: 1 of 4, since main',
    });
    expect(report?.changed).toEqual({ percent: 25, covered: 1, lines: 4 });
    expect(report?.missed).toEqual([
      { file: 'app/a.py', from: 3, to: 4 },
      { file: 'app/a.py', from: 9, to: 9 },
    ]);
  });

  const nowhere = (files: string): string => `no coverage file knows ${files}, or a folder above`;
  test.each<readonly [Parameters<typeof changes>[0], string]>([
    [{ 'app/new.py': [[1, 2]] }, 'failed: 0 %: 0 of 2, since main'],
    [{ 'app/deep/new.py': [[1, 2]], 'app/a.py': [[1, 2]] }, 'passed: 50 %: 2 of 4, since main'],
    [{ 'app/tests/test_new.py': [[1, 2]] }, 'passed: no changed line is measured'],
    [{ 'app/migrations/0001_initial.py': [[1, 2]] }, 'passed: no changed line is measured'],
    [{ 'app/conftest.py': [[1, 2]] }, 'passed: no changed line is measured'],
    [{ 'app/static/new.js': [[1, 2]] }, 'passed: no changed line is measured'],
    [
      { 'scripts/new.py': [[1, 2]] },
      `incomplete: no changed line is measured; not checked: ${nowhere('scripts/new.py')}`,
    ],
    [
      { 'billing/charge.py': [[1, 300]], 'billing/test_charge.py': [[1, 9]], 'run.py': [[1, 1]], 'app/a.py': [[1, 2]] },
      `incomplete: 100 %: 2 of 2, since main; not checked: ${nowhere('billing/charge.py, run.py')}`,
    ],
    [
      { 'app/new.py': [[1, 2]], 'scripts/new.py': [[1, 2]] },
      `failed: 0 %: 0 of 2, since main; not checked: ${nowhere('scripts/new.py')}`,
    ],
    [{}, 'passed: no changed line is measured'],
  ])('a file that the coverage does not know counts where it should be known: %j', (files, text) => {
    const { outcome, found: got } = changed(50, files).gates[1] ?? {};
    expect(`${outcome}: ${got}`).toBe(text);
  });

  test('a file that need not be measured is left out by its name', () => {
    const files = { 'scripts/new.py': [[1, 2]], 'app/gen/new.py': [[1, 2]], 'app/a.py': [[1, 4]] } as const;
    const some = { coverage: measured, changes: changes(files) };
    const omit = {
      coverage: 'c',
      'changed-coverage-min': 50,
      'coverage-omit': ['scripts', 'app/gen/*.py', 'app/a.py'],
    };
    expect(gates(omit, some)[1]).toBe('changed coverage: passed: 50 %: 2 of 4, since main');
    // without a floor nothing is asked of changed lines
    expect(gates({ coverage: 'c' }, some)).toEqual(['coverage: passed: 57.14 %: 4 of 7']);
  });

  test('of another place than the workspace says nothing of the change', () => {
    const elsewhere = coverage({ '/app/app/a.py': [[1], [2]], '../b.py': [[1], []] }, { file: 'cov.xml' });
    const judged = run(
      { coverage: 'c', 'changed-coverage-min': 1 },
      { coverage: [elsewhere], changes: changes({ 'app/a.py': [[1, 2]] }) },
    ).scan;
    expect(judged.verdict).toBe('incomplete');
    expect(judged.gates.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'coverage: passed',
      'changed coverage: incomplete',
    ]);
  });

  test('what is not known is incomplete', () => {
    const floor = { coverage: 'c', 'coverage-min': 1, 'changed-coverage-min': 1 };
    const unknown = { known: false, why: 'shallow' } as const;
    expect(gates(floor, { coverage: measured, changes: unknown })[1]).toBe(
      'changed coverage: incomplete: the change is not known: shallow',
    );
    expect(gates(floor, { coverage: [coverage({})], changes: changes({}) })).toEqual([
      'coverage: incomplete: not measured',
      'changed coverage: incomplete: not measured',
    ]);
    const torn = coverage({ 'a.py': [[1], []] }, { unchecked: [{ by: 'coverage', what: 'cut off' }] });
    expect(gates(floor, { coverage: [torn], changes: changes({ 'a.py': [[1, 1]] }) })).toEqual([
      'coverage: incomplete: 100 %: 1 of 1; not checked: cut off',
      'changed coverage: incomplete: 100 %: 1 of 1, since main; not checked: cut off',
    ]);
  });
});
