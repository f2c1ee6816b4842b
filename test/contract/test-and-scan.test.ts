import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ScanReport } from '#plan';
import { fromSources } from '../runner/from-sources.ts';
import { startStep, workflowRun } from '../runner/index.ts';
import type { StepEnd, StepStart } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');
const action = 'test-and-scan';
const dist = fromSources(action);
const base = mkdtempSync(join(tmpdir(), 'landfall-test-and-scan-'));
let workspace = '';
let temp = '';
let count = 0;
beforeEach(() => {
  const folder = join(base, `${(count += 1)}`);
  [workspace, temp] = [join(folder, 'work'), join(folder, 'temp')];
  mkdirSync(workspace, { recursive: true });
  git('init', '-q', '-b', 'main');
});
afterAll(() => {
  for (const folder of [base, dist]) rmSync(folder, { recursive: true, force: true });
});

const git = (...words: string[]): string =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd: workspace,
    encoding: 'utf8',
  });

/** Writes files and commits them. */
const commit = (files: Readonly<Record<string, string>> = {}): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'x');
};

const start = (inputs: Readonly<Record<string, string>>, more: Partial<StepStart> = {}) =>
  startStep({ action, root, dist, run: workflowRun(), workspace, temp, inputs, ...more });
const step = (inputs: Readonly<Record<string, string>> = {}, more: Partial<StepStart> = {}): Promise<StepEnd> =>
  start(inputs, more).ended;

const scanOf = ({ outputs }: StepEnd): ScanReport =>
  (JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as { scan: ScanReport }).scan;
/** `name: outcome` of each gate. */
const gates = (end: StepEnd): string[] => scanOf(end).gates.map(({ name, outcome }) => `${name}: ${outcome}`);

/** A test runner: leaves a JUnit file, and exits as pytest does. */
const runner = `import sys
passed, failed = int(sys.argv[1]), int(sys.argv[2])
cases = '<testcase classname="t" name="good%d"/>' , '<testcase classname="t" name="bad%d"><failure message="no">assert 0</failure></testcase>'
body = ''.join(cases[0] % n for n in range(passed)) + ''.join(cases[1] % n for n in range(failed))
open(sys.argv[3].removeprefix('--junitxml=') if len(sys.argv) > 3 else 'junit.xml', 'w').write(f'<testsuite tests="{passed + failed}" failures="{failed}">{body}</testsuite>')
sys.exit(1 if failed else 0 if passed else 5)
`;
const unit = (arguments_: string): string =>
  `test: { run: { unit: { command: "python3 runner.py ${arguments_}", tool: junit, report: junit.xml } } }\n`;

describe('a verdict', () => {
  test('is green when all commands end well and all tests pass; by inputs alone', async () => {
    commit({ 'runner.py': runner });
    const end = await step({ run: 'unit: python3 runner.py 3 0\nlint: echo clean', junit: 'junit.xml' });
    expect(end.log.join('\n')).toContain('✓ unit');
    expect(end).toMatchObject({
      exit: 0,
      outputs: { result: 'done', verdict: 'passed', tests: '3', failed: '0', findings: '0' },
      annotations: [],
    });
    expect(gates(end)).toEqual([
      'command unit: passed',
      'command lint: passed',
      'tests: passed',
      'env files: passed',
      'secrets: passed',
    ]);
  });

  test('is red for a failed test, which is why its command failed', async () => {
    commit({ 'runner.py': runner, 'landfall.yml': unit('2 1') });
    const end = await step();
    expect(end).toMatchObject({ exit: 1, outputs: { result: 'failed', verdict: 'failed', tests: '3', failed: '1' } });
    expect(gates(end)).toEqual(['command unit: passed', 'tests: failed', 'env files: passed', 'secrets: passed']);
    expect(scanOf(end).commands).toMatchObject([{ name: 'unit', outcome: 'explained', exit: 1 }]);
  });

  test('is red for a command that fails and names no tool', async () => {
    commit();
    const end = await step({ run: 'lint: echo bad; exit 3' });
    expect(end.exit).toBe(1);
    expect(gates(end)[0]).toBe('command lint: failed');
    expect(scanOf(end).commands).toMatchObject([{ outcome: 'failed', exit: 3, tail: ['bad'] }]);
  });

  test.each([
    ['exits as for findings and has none', '2 0; exit 1', 'tests: incomplete'],
    ['exits strangely', '2 0; exit 7', 'tests: incomplete'],
    ['is killed', '2 0; kill -9 $$', 'tests: incomplete'],
    ['leaves no file', '2 0 elsewhere.xml', 'tests: incomplete'],
    ['finds no tests', '0 0', 'tests: failed'],
  ])('is not green when a command with a tool %s', async (_, how, gate) => {
    commit({ 'runner.py': runner, 'landfall.yml': unit(how) });
    const end = await step();
    expect(end.exit).toBe(1);
    expect(gates(end)).toContain(gate);
    expect(end.outputs['verdict']).toBe(gate.endsWith('failed') ? 'failed' : 'incomplete');
  });

  test('is green where no tests are allowed, or the gate may be incomplete', async () => {
    commit({ 'runner.py': runner, 'landfall.yml': unit('0 0') });
    expect((await step({ 'allow-empty': 'true' })).outputs['verdict']).toBe('passed');
    commit({ 'landfall.yml': unit('2 0; exit 7') });
    expect((await step({ 'allow-incomplete': 'tests' })).outputs['verdict']).toBe('passed');
  });

  test('compares the version of a tag with that of the tag before, and a first one with nothing', async () => {
    const file = (version: string) => ({ VERSION: `${version}\n` });
    const tagged = async (tag: string): Promise<readonly string[]> => {
      git('tag', tag);
      const end = await step({}, { run: workflowRun({ ref: `refs/tags/${tag}` }) });
      const { gates: judged, findings } = scanOf(end);
      const outcomes = judged.flatMap(({ name, outcome }) => (name === 'version' ? [outcome] : []));
      return [...outcomes, ...findings.map(({ message }) => message)];
    };
    commit({ 'landfall.yml': 'test: { run: { a: "true" }, version: { file: VERSION } }\n', ...file('1.0') });
    commit({ 'a.py': '\n' });
    expect(await tagged('v1.0')).toEqual(['passed']);
    commit(file('1.1'));
    commit({ 'b.py': '\n' });
    expect(await tagged('v1.1')).toEqual(['passed']);
    commit({ 'c.py': '\n' });
    expect(await tagged('v1.1.1')).toEqual(['failed', 'the version is still 1.1, as in the tag v1.1']);
  });

  test('is red once, not twice, for failed tests of a command without a tool', async () => {
    commit({ 'runner.py': runner });
    const named = await step({
      run: 'unit: python3 runner.py 2 1 --junitxml=junit.xml\nother: true',
      junit: 'junit.xml',
    });
    expect(gates(named).slice(0, 3)).toEqual(['command unit: passed', 'command other: passed', 'tests: failed']);
    const alone = await step({ run: 'unit: python3 runner.py 2 1', junit: '*.xml' });
    expect(gates(alone).slice(0, 2)).toEqual(['command unit: passed', 'tests: failed']);
  });

  test.each([
    ['of another command', 'unit: python3 runner.py 2 1 j.xml || true\nother: exit 1', 'command other: failed'],
    ['without a failure', 'unit: python3 runner.py 2 0 j.xml; exit 1', 'command unit: failed'],
    ['and an exit code of its own', 'unit: python3 runner.py 2 1 j.xml || exit 2', 'command unit: failed'],
    ['and a signal', 'unit: python3 runner.py 2 1 j.xml || kill -9 $$', 'command unit: failed'],
    ['with a longer name', 'unit: python3 runner.py 2 1 more/j.xml || true\nother: cat j.xml', 'command other: failed'],
    ['without tests, by no pytest', 'unit: python3 runner.py 0 0 j.xml', 'command unit: failed'],
  ])('is red for a command that fails beside a report %s', async (_, run, gate) => {
    commit({ 'runner.py': runner, 'more/.keep': '' });
    const end = await step({ run, junit: '**/j.xml', 'allow-empty': 'true' });
    expect(gates(end)).toContain(gate);
    expect(end.outputs['verdict']).toBe('failed');
  });

  test('is green where pytest finds no tests and none need be there, by inputs alone', async () => {
    commit({ 'pytest.py': runner });
    const run = 'unit: python3 -m pytest 0 0 junit.xml\nother: true';
    expect(gates(await step({ run, junit: 'junit.xml', 'allow-empty': 'true' })).slice(0, 3)).toEqual([
      'command unit: passed',
      'command other: passed',
      'tests: passed',
    ]);
    expect(gates(await step({ run, junit: 'junit.xml' })).slice(0, 3)).toEqual([
      'command unit: passed',
      'command other: passed',
      'tests: failed',
    ]);
  });

  test('counts no file that lay there before, or that leads out of the workspace', async () => {
    commit({ 'runner.py': runner });
    execFileSync('python3', ['runner.py', '2', '0'], { cwd: workspace });
    const stale = await step({ run: 'unit: true', junit: 'junit.xml' });
    expect(stale.outputs['verdict']).toBe('incomplete');
    expect(scanOf(stale).unchecked).toMatchObject([
      { by: 'tests', what: 'junit.xml lay there before, and no command has written to it' },
    ]);
    // a step before has run the tests
    expect((await step({ junit: '*.xml' })).outputs).toMatchObject({ verdict: 'passed', tests: '2' });
    // or nobody has
    git('add', 'junit.xml');
    commit();
    const committed = await step({ junit: '*.xml' });
    expect(committed.outputs['verdict']).toBe('incomplete');
    expect(scanOf(committed).unchecked[0]?.what).toBe('junit.xml is as the commit has it: no step has written it');
    execFileSync('python3', ['runner.py', '3', '0'], { cwd: workspace });
    expect((await step({ junit: '*.xml' })).outputs).toMatchObject({ verdict: 'passed', tests: '3' });
    rmSync(join(workspace, 'junit.xml'));
    writeFileSync(join(base, 'outside.xml'), '<testsuite tests="1"><testcase name="a"/></testsuite>');
    symlinkSync(join(base, 'outside.xml'), join(workspace, 'junit.xml'));
    const outside = await step({ junit: 'junit.xml' });
    expect(outside.outputs['verdict']).toBe('incomplete');
    expect(scanOf(outside).unchecked[0]?.what).toBe('junit.xml is not read: it leads out of the workspace');
  });

  test('is of the last try alone, also where each try writes a report of a new name; one that leaves none has none', async () => {
    const again = `import os, subprocess, sys
tried = os.path.exists('tried')
open('tried', 'w').close()
if tried and sys.argv[1] == 'silent': sys.exit()
sys.exit(subprocess.call([sys.executable, 'runner.py', '2', '0' if tried else '1', 'reports/%d.xml' % tried]))
`;
    const yml = (how: string): string =>
      `test: { junit: [reports/*.xml], run: { unit: { command: python3 again.py ${how}, retries: 1 } } }\n`;
    commit({ 'again.py': again, 'runner.py': runner, 'reports/.keep': '', 'landfall.yml': yml('loud') });
    const loud = await step();
    expect([loud.outputs['verdict'], scanOf(loud).tests, scanOf(loud).commands]).toMatchObject([
      'passed',
      { total: 2, failed: 0 },
      [{ name: 'unit', tries: 2, outcome: 'passed' }],
    ]);
    for (const left of ['tried', 'reports/0.xml', 'reports/1.xml']) rmSync(join(workspace, left));
    commit({ 'landfall.yml': yml('silent') });
    expect((await step()).outputs['verdict']).toBe('incomplete');
  });

  test('has findings at their place in the workspace, also of a command in a folder of its own, by what it said', async () => {
    commit({
      'web/app.py': 'x=1\n',
      'landfall.yml': `test:
  run:
    style: { command: sh style, directory: web, tool: flake8 }
`,
      'web/style': 'echo ./app.py:1:2: E225 missing whitespace around operator\nexit 1\n',
    });
    const end = await step();
    expect(scanOf(end).findings).toMatchObject([{ tool: 'flake8', rule: 'E225', file: 'web/app.py', line: 1 }]);
    expect(scanOf(end).commands).toMatchObject([{ name: 'style', outcome: 'explained' }]);
    expect(end.outputs).toMatchObject({ verdict: 'failed', findings: '1' });
  });

  test.each([
    ['nothing', '', 'passed', 'flake8: passed'],
    ['something', "print('app.py:1:2: E225 missing')", 'failed', 'flake8: failed'],
    [
      'something, and ends as for that',
      "print('app.py:1:2: E225 missing'); raise SystemExit(1)",
      'failed',
      'flake8: failed',
    ],
    ['something strange', "print('no such option')", 'incomplete', 'flake8: incomplete'],
  ])('has what flake8 says below a make that echoes its recipe: %s', async (_, says, verdict, gate) => {
    commit({
      'flake8.py': says,
      Makefile: 'PYTHON := python3\nlint:\n\t$(PYTHON) -m flake8 .\n',
      'landfall.yml': 'test: { run: { style: { command: make lint, tool: flake8 } } }\n',
    });
    const end = await step();
    expect(end.outputs['verdict']).toBe(verdict);
    expect(gates(end)).toContain(gate);
  });

  test('is of all lines of a command: the first that fails ends it', async () => {
    commit({
      'landfall.yml': `test:
  prepare:
    - |
      touch one
      touch two
  run:
    good: |
      ls one two

      echo done
    bad: |
      false
      touch three
`,
    });
    const end = await step();
    expect(gates(end).slice(0, 2)).toEqual(['command good: passed', 'command bad: failed']);
    expect(end.log.join('\n')).toMatch(/good: ls one two …/);
    expect(readdirSync(workspace)).toContain('two');
    expect(readdirSync(workspace)).not.toContain('three');
    expect((await step({ 'dry-run': 'true' })).log).toEqual(
      expect.arrayContaining(['  bad: false', '    touch three']),
    );
  });

  test('is red when what prepares fails, and no command is run', async () => {
    commit({ 'landfall.yml': 'test: { prepare: [echo one, exit 2, touch never], run: { unit: touch ran } }\n' });
    const end = await step();
    expect(gates(end).slice(0, 2)).toEqual(['command prepare 2: failed', 'command unit: incomplete']);
    expect(readdirSync(workspace)).not.toContain('ran');
    expect(readdirSync(workspace)).not.toContain('never');
  });

  test('has exceptions of the ignore file, and rules on sources', async () => {
    commit({ '.env': 'A=b\n', 'app.py': '# TODO later\n' });
    const event = { name: 'push', payload: { repository: { default_branch: 'main' } } };
    const red = await step({ run: 'unit: true', forbid: 'TODO' }, { event });
    expect(gates(red)).toEqual(expect.arrayContaining(['forbidden words: failed', 'env files: failed']));
    expect(scanOf(red).findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ rule: 'forbidden-word', file: 'app.py', line: 1 })]),
    );
    const exception = (rule: string, file: string) =>
      `- { tool: landfall, rule: ${rule}, file: ${file}, reason: known, owner: ada, expires: 2999-01-01 }\n`;
    commit({
      'app.py': '# TODO later\n# TODO more\n',
      'ignore.yml': exception('forbidden-word', 'app.py') + exception('env-file', '.env'),
    });
    const inputs = { run: 'unit: true', forbid: 'TODO', 'ignore-file': 'ignore.yml' };
    const payload = {
      before: git('rev-list', '--max-parents=0', 'HEAD').trim(),
      repository: { default_branch: 'main' },
    };
    expect(gates(await step(inputs, { event: { name: 'push', payload } }))).toEqual([
      'command unit: passed',
      'forbidden words: passed',
      'env files: passed',
      'secrets: passed',
      'exceptions: passed',
    ]);
  });
});

describe('a plan', () => {
  test('is shown by a dry run, and nothing is run', async () => {
    commit({
      'landfall.yml':
        'test: { prepare: [pip install x], run: { unit: touch ran }, junit: j.xml, coverage: c.xml, coverage-min: 80 }\n',
    });
    const end = await step({ 'dry-run': 'true' });
    expect(end).toMatchObject({ exit: 0, outputs: { result: 'planned' } });
    expect(end.log.slice(0, 12)).toEqual([
      'Would run before, one after the other',
      '  pip install x',
      'Would run side by side',
      '  unit: touch ran',
      'Would read',
      '  junit: j.xml',
      '  coverage: c.xml',
      'Would demand',
      '  command unit: ends well',
      '  tests: some run, none fails',
      expect.stringMatching(/^ {2}coverage: .*80/),
      '  env files: none is tracked',
    ]);
    expect(readdirSync(workspace)).not.toContain('ran');
  });
});

describe('what a command says', () => {
  test('commands no runner, and shows no secret', async () => {
    commit();
    const token = 'ghs_verysecret0123456789';
    const says = [
      'echo "::error title=x::forged"',
      'echo "  ::set-output name=verdict::passed"',
      'echo "##[error]forged"',
      `echo "token is $TOKEN"`,
      `printf '%s' ghs_very; echo secret0123456789`,
      'env | grep -c "^INPUT_\\|^GITHUB_OUTPUT\\|^GITHUB_ENV" || true',
      'exit 1',
    ].join('; ');
    const end = await step({ run: `hostile: ${says}\nother: true`, 'github-token': token }, { env: { TOKEN: token } });
    expect(end.annotations.map(({ message }) => message).filter((text) => text.includes('forged'))).toEqual([]);
    expect(end.log).toEqual(
      expect.arrayContaining([': :error title=x::forged', '  : :set-output name=verdict::passed', '## [error]forged']),
    );
    expect(end.log).toEqual(expect.arrayContaining(['token is ***', '***', '0']));
    expect(end.raw.filter((line) => line.includes('verysecret') && !line.startsWith('::add-mask::'))).toEqual([]);
    expect(readFileSync(end.outputs['report'] ?? '', 'utf8')).not.toContain('verysecret');
    expect(end.summary).not.toContain('verysecret');
    expect(end.outputs['verdict']).toBe('failed');
  });
});

test('a run for a fork needs no secret and is not refused', async () => {
  commit({ 'runner.py': runner });
  const repository = (name: string) => ({ repo: { full_name: name }, ref: 'x', sha: '1'.repeat(40) });
  const payload = {
    pull_request: { head: repository('eve/notes'), base: { ...repository('spine/notes'), ref: 'main' } },
  };
  const end = await step(
    { run: 'unit: python3 runner.py 1 0', junit: 'junit.xml' },
    { event: { name: 'pull_request', payload }, run: workflowRun({ ref: 'refs/pull/1/merge' }) },
  );
  expect(end).toMatchObject({ exit: 0, outputs: { verdict: 'passed' } });
});

test('a cancelled run ends its commands, says so, and leaves nothing', async () => {
  commit();
  const mark = `${6000 + (process.pid % 1000)}.25`;
  const running = start({ run: `a: (trap "" TERM; sleep ${mark}; sleep ${mark}) & sleep ${mark}\nb: sleep ${mark}` });
  const alive = (): string[] =>
    execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(`sleep ${mark}`) && !/^Z|ps -eo|bash|node/.test(line));
  while (alive().length < 3) await sleep(50);
  running.cancel();
  const end = await running.ended;
  expect(end).toMatchObject({ exit: 1, outputs: { result: 'failed' } });
  expect(end.log.join('\n')).toContain('CANCELLED');
  while (alive().length > 0) await sleep(50);
  expect(readdirSync(temp).filter((name) => name.startsWith('landfall-commands'))).toEqual([]);
}, 300_000);

describe('problems', () => {
  test('of inputs and file are told together, with their lines, and nothing is run', async () => {
    commit({
      'landfall.yml': `test:
  run:
    unit: { command: touch ran, tol: junit }
    audit: { command: x, tool: bandit }
    "-": x
  coverage-min: 101
  fail-on: hi
`,
    });
    const end = await step({ 'changed-coverage-min': 'all', 'allow-incomplet': 'x' });
    expect(end).toMatchObject({ exit: 1, outputs: { result: 'refused' } });
    const { fault } = JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as {
      fault: { problems: readonly { where: string; line?: number; what: string; next?: string }[] };
    };
    expect(fault.problems.map(({ where, line, what }) => `${where}:${line ?? ''} ${what}`)).toEqual([
      'input allow-incomplet: there is no such input',
      'landfall.yml:3 test.run.unit.tol: there is no such key',
      'landfall.yml:4 test.run.audit.tool: needs `report`, the file that the command leaves: only flake8 and black are read from what they say',
      expect.stringContaining('landfall.yml:5 test.run'),
      expect.stringContaining('landfall.yml:6 test.coverage-min'),
      expect.stringContaining('landfall.yml:7 test.fail-on'),
      'input changed-coverage-min: expected a number',
    ]);
    expect(fault.problems[1]?.next).toBe('did you mean tool?');
    expect(readdirSync(workspace)).not.toContain('ran');
  });

  test('that nothing is named', async () => {
    commit();
    const end = await step();
    expect(end.annotations[0]?.message).toContain('nothing is named that is to be run, read or demanded');
  });
});
