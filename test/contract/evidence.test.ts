/**
 * O2, what needs no host: a tag deploys what its commit's run has tested; without evidence, with one that is red, of another commit, or
 * changed, it is refused, and nobody is connected to. By the actions themselves, from their sources.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { digestOfJson, encode, read } from '#evidence';
import { must } from '#fault';
import type { Evidence, Link, Report, ScanReport } from '#plan';
import { generateKey } from '../lab/keys.ts';
import { commitAll, folder, git, remove, repository, write } from '../lab/repository.ts';
import { fromSources } from '../runner/from-sources.ts';
import { startJob, workflowRun } from '../runner/index.ts';
import type { StepEnd } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');

describe('O2: a tag deploys what was tested', () => {
  let dist: string;
  let workspace: string;
  let temp: string;
  let server: Server;
  let connections = 0;
  let port: number;
  let key: string;

  beforeAll(async () => {
    dist = fromSources('test-and-scan', 'deploy-over-ssh');
    temp = folder('runner');
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    key = generateKey().privateKey;
    workspace = repository({
      'manage.py': '',
      'landfall.yml': `hosts: { ssh: "deploy@127.0.0.1:${port}", key: ${generateKey().publicKey.split(' ').slice(0, 2).join(' ')} }
path: /srv/app
evidence: required
services: { web: { command: gunicorn } }
test: { run: { unit: "true" }, secrets: false }
`,
    });
    git(workspace, 'tag', 'v1');
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    for (const path of [dist, workspace, temp]) remove(path);
  });

  const step = async (action: string, inputs: Readonly<Record<string, string>>): Promise<StepEnd> => {
    const run = workflowRun({ sha: git(workspace, 'rev-parse', 'HEAD') });
    const job = startJob({ dist, root, run, workspace, temp });
    const ended = await job.uses(action, { inputs });
    await job.finish();
    if (ended === undefined) throw new Error('the step was skipped');
    return ended;
  };
  const tested = async (): Promise<string> => {
    const { outputs, log } = await step('test-and-scan', {});
    if (outputs['verdict'] === undefined) throw new Error(log.join('\n'));
    return outputs['evidence'] ?? '';
  };
  /** How test-and-scan ended, the evidence that it left, and what it noted. */
  const begun = async () => {
    const { outputs, log } = await step('test-and-scan', {});
    if (outputs['verdict'] === undefined) throw new Error(log.join('\n'));
    const { notes } = JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as Report;
    return [outputs['result'], outputs['evidence'], notes];
  };
  const unlike = (when: string) => ({
    kind: 'warning',
    text: `no evidence is left: ${when}, tracked files were not as the commit has them: manage.py`,
  });
  const deploy = async (inputs: Readonly<Record<string, string>>) => {
    connections = 0;
    const { outputs, log, summary } = await step('deploy-over-ssh', { 'ssh-key': key, ...inputs });
    return { result: outputs['result'], log: log.join('\n'), summary, connected: connections > 0 };
  };
  const changed = (path: string, change: (evidence: Evidence) => Evidence): string => {
    const other = join(temp, 'changed.json');
    writeFileSync(other, encode(change(must(read(readFileSync(path))))));
    return other;
  };

  test('with the evidence of its commit: it goes on to the host', async () => {
    const evidence = await tested();
    const links = must(read(readFileSync(evidence))).links;
    expect(links).toMatchObject([
      { kind: 'commit', commit: git(workspace, 'rev-parse', 'v1') },
      { kind: 'tests', verdict: 'passed' },
    ]);
    expect(await deploy({ evidence })).toMatchObject({ result: 'failed', connected: true });
  }, 600_000);

  test('without evidence: refused', async () => {
    const came = await deploy({});
    expect(came).toMatchObject({ result: 'refused', connected: false });
    expect(came.log).toContain('EVIDENCE_MISSING: evidence: there is no evidence at all: wanted tests');
    expect(came.summary).toContain('EVIDENCE_MISSING');
    // an input beats the file
    expect(await deploy({ 'require-evidence': 'false' })).toMatchObject({ result: 'failed', connected: true });
  }, 600_000);

  test('with evidence that is red: refused', async () => {
    write(
      workspace,
      'landfall.yml',
      readFileSync(join(workspace, 'landfall.yml'), 'utf8').replace('"true"', '"false"'),
    );
    commitAll(workspace);
    const came = await deploy({ evidence: await tested(), 'require-evidence': 'false' });
    expect(came).toMatchObject({ result: 'refused', connected: false });
    expect(came.log).toContain('EVIDENCE_DIFFERS: evidence: tests: the verdict is failed');
    git(workspace, 'checkout', '-q', 'v1');
  }, 600_000);

  test('with evidence that was changed or cut, and with what is no evidence: refused', async () => {
    const evidence = await tested();
    const cut = await deploy({
      evidence: changed(evidence, ({ links, ...rest }) => ({ ...rest, links: links.slice(0, 1) })),
    });
    expect(cut).toMatchObject({ result: 'refused', connected: false });
    expect(cut.log).toContain('the last link is not the one that the document ended with');
    const green = (link: Link): Link => (link.kind === 'tests' ? { ...link, findings: 7 } : link);
    const painted = await deploy({
      evidence: changed(evidence, ({ links, ...rest }) => ({ ...rest, links: links.map(green) })),
    });
    expect(painted).toMatchObject({ result: 'refused', connected: false });
    expect(await deploy({ evidence: 'landfall.yml' })).toMatchObject({ result: 'refused', connected: false });
    expect(await deploy({ evidence: 'nowhere.json' })).toMatchObject({ result: 'refused', connected: false });
  }, 600_000);

  test('a tag that was moved: refused, both commits are named', async () => {
    const evidence = await tested();
    const was = git(workspace, 'rev-parse', 'v1');
    write(workspace, 'manage.py', 'moved');
    const is = commitAll(workspace);
    git(workspace, 'tag', '-f', 'v1');
    const came = await deploy({ evidence });
    expect(came).toMatchObject({ result: 'refused', connected: false });
    expect(came.log).toContain(`the evidence is of commit ${was}; what is deployed is ${is}`);
  }, 600_000);

  test('files that were changed since: refused', async () => {
    const evidence = await tested();
    write(workspace, 'manage.py', 'patched on the way');
    const came = await deploy({ evidence });
    expect(came).toMatchObject({ result: 'refused', connected: false });
    expect(came.log).toContain('tracked files are not as the commit has them');
    // and what is tested so begins no evidence
    expect(await begun()).toEqual(['done', undefined, [unlike('before anything was run')]]);
    git(workspace, 'checkout', '-q', '.');
  }, 600_000);

  test('the digest of the report is that of the one that is delivered, with what is secret left out', async () => {
    write(workspace, 'landfall.yml', readFileSync(join(workspace, 'landfall.yml'), 'utf8').replace(/^test: .*$/m, 'test: { run: { unit: echo geheim-4711; false }, secrets: false }')); // prettier-ignore
    commitAll(workspace);
    const { outputs } = await step('test-and-scan', { 'github-token': 'geheim-4711' });
    const { scan } = JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as { readonly scan: Pick<ScanReport, 'commands'> }; // prettier-ignore
    expect(scan.commands[0]?.tail).toEqual(['***']);
    const [, link] = must(read(readFileSync(outputs['evidence'] ?? ''))).links;
    expect(link).toMatchObject({ kind: 'tests', report: digestOfJson(scan) });
  }, 600_000);

  test.each([
    ['`prepare`', 'prepare: ["echo mended >manage.py"], run: { unit: grep mended manage.py }'],
    ['the commands', 'run: { unit: grep -c . manage.py, format: echo mended >manage.py }'],
  ])(
    'files that %s changed were tested as no commit has them: there is no evidence',
    async (who, section) => {
      write(workspace, 'manage.py', 'tracked');
      const yaml = readFileSync(join(workspace, 'landfall.yml'), 'utf8').replace(/^test: .*$/m, `test: { ${section}, secrets: false }`); // prettier-ignore
      write(workspace, 'landfall.yml', yaml);
      commitAll(workspace);
      expect(await begun()).toEqual(['done', undefined, [unlike(`after ${who}`)]]);
      git(workspace, 'checkout', '-q', '.');
    },
    600_000,
  );
});
