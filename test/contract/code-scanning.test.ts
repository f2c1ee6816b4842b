import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { githubServer } from '../fakes/github-server.ts';
import type { GitHubServer } from '../fakes/github-server.ts';
import { folder, remove } from '../lab/repository.ts';
import { fromSources } from '../runner/from-sources.ts';
import { startStep, workflowRun } from '../runner/index.ts';
import type { StepEnd, StepStart } from '../runner/index.ts';

const action = 'test-and-scan';
const root = join(import.meta.dirname, '../..');
const dist = fromSources(action);
const base = folder('code-scanning');
const workspace = join(base, 'work');
const token = 'ghs_0123456789abcdef0123456789abcdef0123';
const repository = 'spine/notes';
let github: GitHubServer;
let sha = '';

const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd: workspace,
    encoding: 'utf8',
  }).trim();

/** What bandit writes of one call. */
const bandit = {
  errors: [],
  generated_at: '2026-01-02T03:04:05Z',
  metrics: { './app.py': { loc: 2, nosec: 0 }, _totals: { loc: 2, nosec: 0 } },
  results: [
    {
      filename: './app.py',
      line_number: 2,
      line_range: [2],
      col_offset: 0,
      end_col_offset: 18,
      test_id: 'B605',
      test_name: 'start_process_with_a_shell',
      issue_severity: 'LOW',
      issue_confidence: 'HIGH',
      issue_text: 'Starting a process with a shell',
      more_info: 'https://bandit.readthedocs.io',
      issue_cwe: { id: 78, link: 'https://cwe.mitre.org/data/definitions/78.html' },
      code: '2 os.system("ls")\n',
    },
  ],
};

beforeAll(() => {
  mkdirSync(workspace);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(workspace, 'app.py'), 'import os\nos.system("ls")\n');
  writeFileSync(join(workspace, 'bandit.txt'), JSON.stringify(bandit));
  writeFileSync(join(workspace, 'bandit'), 'cp bandit.txt bandit.json\nexit 1\n');
  writeFileSync(
    join(workspace, 'landfall.yml'),
    'test: { run: { bandit: { command: sh bandit, tool: bandit, report: bandit.json } }, fail-on: high }\n',
  );
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  sha = git('rev-parse', 'HEAD');
});
beforeEach(async () => {
  github = await githubServer(repository, token);
});
afterEach(async () => {
  await github.close();
});
afterAll(() => {
  for (const one of [base, dist]) remove(one);
});

const step = (inputs: Readonly<Record<string, string>>, more: Partial<StepStart> = {}): Promise<StepEnd> =>
  startStep({
    action,
    root,
    dist,
    workspace,
    temp: join(base, 'temp'),
    inputs,
    run: workflowRun({ repository, sha, ref: 'refs/heads/main' }),
    token,
    env: { GITHUB_API_URL: github.url },
    ...more,
  }).ended;

test('findings are given to code scanning as one SARIF file, of the commit and ref of the run', async () => {
  const end = await step({ 'upload-sarif': 'true' });
  expect([end.exit, end.outputs['verdict'], end.outputs['findings']]).toEqual([0, 'passed', '1']);
  expect(github.sarifs).toMatchObject([
    {
      commit_sha: sha,
      ref: 'refs/heads/main',
      sarif: {
        runs: [
          {
            tool: { driver: { name: 'bandit' } },
            results: [{ ruleId: 'B605', locations: [{ physicalLocation: { artifactLocation: { uri: 'app.py' }, region: { startLine: 2 } } }] }], // prettier-ignore
          },
        ],
      },
    },
  ]);
  expect(end.summary).toContain('code scanning has the findings');
  expect(`${end.summary}${end.log.join('')}`).not.toContain(token);
});

test.each([
  [{}, {}, /^landfall\/ship\.yml\/ship\/__test-and-scan\/bandit\/$/],
  [{}, { matrix: { django: '~=4.2', os: 'a b' } }, /\/django:%7e%3d4\.2\/os:a%20b\/bandit\/$/],
  [{ suite: 'Einheit/ü' }, {}, /^landfall\/Einheit%2f%fc\/bandit\/$/],
  // no matrix, but what somebody gave in its place
  [{ suite: 'x', matrix: 'pypy' }, {}, /^landfall\/x\/pypy\/bandit\/$/],
])('alerts of other jobs, shards and suites stay: %j, %j', async (inputs, more, id) => {
  await step({ 'upload-sarif': 'true', ...inputs }, more);
  expect(github.sarifs).toMatchObject([
    { sarif: { runs: [{ automationDetails: { id: expect.stringMatching(id) } }] } },
  ]);
});

test('nothing is given where it is not asked for', async () => {
  expect((await step({})).exit).toBe(0);
  expect(github.sarifs).toEqual([]);
});

const pull = { name: 'pull_request', payload: { pull_request: { head: { repo: { full_name: 'eve/notes' } } } } };
test.each([
  [
    'has no code scanning',
    (): void => {
      github.codeScanning(false);
    },
    {},
    /GitHub answered 403/,
  ],
  ['has not the right', (): boolean => github.rights.delete('security-events'), {}, /security-events: write/],
  [
    'is of a fork',
    (): boolean => github.rights.delete('security-events'),
    { event: pull },
    /a run about a fork may not have that right/,
  ],
  [
    'finds GitHub down',
    (): void => {
      github.fail(503);
    },
    {},
    /503/,
  ],
])(
  'a run that %s says so, and its verdict is the same',
  async (_, given, more, why) => {
    given();
    const end = await step({ 'upload-sarif': 'true' }, more);
    expect([end.exit, end.outputs['result'], end.outputs['verdict']]).toEqual([0, 'done', 'passed']);
    expect(github.sarifs).toEqual([]);
    expect(end.summary).toMatch(why);
  },
  300_000,
);
