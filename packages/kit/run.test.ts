import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const root = mkdtempSync(join(tmpdir(), 'landfall-kit-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

type Ran = { code: number | null; log: string; file: (name: string) => string; report: () => Record<string, unknown> };
let runs = 0;

/** Runs the fixture as GitHub's runner does: inputs in the environment, files for what comes back. */
const start = (inputs: Record<string, string>, more: Record<string, string> = {}, phase = 'main') => {
  const folder = mkdtempSync(join(root, `${(runs += 1)}-`));
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'ENV', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(folder, name)]),
  );
  for (const path of Object.values(files)) writeFileSync(path, '');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/action.ts'), phase], {
    env: {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: 'true',
      GITHUB_RUN_ID: '77',
      GITHUB_REPOSITORY: 'o/r',
      RUNNER_TEMP: folder,
      ...files,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (log += data.toString()));
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const ended = async (): Promise<Ran> => {
    const [code] = (await once(child, 'close')) as [number | null];
    return {
      code,
      log,
      file,
      report: () => JSON.parse(readFileSync(outputs(file('OUTPUT')).report ?? '', 'utf8')) as Record<string, unknown>,
    };
  };
  const says = async (text: string): Promise<void> => {
    while (!log.includes(text)) await once(child.stdout, 'data');
  };
  return { child, ended, says };
};
const ran = (...args: Parameters<typeof start>): Promise<Ran> => start(...args).ended();

/** What the runner reads from a file of `name<<delimiter` blocks. */
const outputs = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(ghadelimiter_.+)\n([^]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]),
  );

describe('main', () => {
  test('writes outputs, state, summary and report, without a secret in any of them', async () => {
    const key = '-----BEGIN KEY-----\nfirst-line-of-it\nab\nlast=|line\n-----END KEY-----\n';
    const { code, log, file, report } = await ran({ 'ssh-key': key, wait: '2s' });
    expect(code).toBe(0);
    expect(outputs(file('OUTPUT'))).toMatchObject({
      result: 'done',
      release: 'abcdef1-0123',
      transaction: 't42',
      echo: expect.stringContaining('2000\n') as unknown,
    });
    expect(outputs(file('STATE'))).toMatchObject({
      kept: 'line one\nline two',
      driver: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    });
    const token = outputs(file('ENV')).LANDFALL_JOB;
    expect(token).toMatch(/^[0-9a-f]{16}$/);
    expect(log).toContain(`token ${token ?? ''} run 77`);
    expect(log).toContain('::group::folded');
    expect(log).toMatch(/fixture: done: key .*[^]*ssh a@b sh undo t42/);
    expect(report()).toMatchObject({ v: 1, result: 'done', transaction: 't42' });
    const masks = log.split('\n').filter((line) => line.startsWith('::add-mask::'));
    expect(masks).toEqual(['::add-mask::first-line-of-it', '::add-mask::last=|line']);
    expect(log.startsWith(masks.join('\n'))).toBe(true);
    const shown = log.split('\n').slice(masks.length).join('\n');
    for (const text of [shown, file('OUTPUT'), file('STEP_SUMMARY'), JSON.stringify(report())]) {
      expect(text).not.toContain('first-line');
      expect(text).not.toContain('line\\n-----END');
      expect(text).not.toMatch(/last=/);
      expect(text.replaceAll('\\', '')).toContain('***');
    }
  });

  test('masks an address that is secret as a whole, and what lets in alone', async () => {
    const { log } = await ran({ index: 'https://aws:a%2Fbc@h/s' });
    const masks = log.split('\n').filter((line) => line.startsWith('::add-mask::'));
    expect(masks.map((line) => line.slice(12))).toEqual([
      'https://aws:a%252Fbc@h/s',
      'aws:a%252Fbc',
      'aws:a/bc',
      'a%252Fbc',
      'a/bc',
      'YXdzOmEvYmM=',
    ]);
  });

  test('shows a setup script whole, and not at all where a secret stands in it', async () => {
    const say = '#!/bin/sh\nmain() { echo it is here; }\nmain';
    const { log, file, report } = await ran({ mode: 'failure', say });
    const shown = log.slice(log.indexOf('::group::setup.sh'));
    expect(shown).toContain(`\n${say}\n::endgroup::\n`);
    expect(file('STEP_SUMMARY')).toContain(`\`\`\`sh\n${say}\n\`\`\`\n`);
    expect(report()).toMatchObject({ fault: { setup: say } });
    const masked = await ran({ mode: 'failure', say, 'ssh-key': 'it is' });
    expect(masked.log).not.toContain('::group::setup.sh');
    expect(masked.file('STEP_SUMMARY')).not.toContain('here; }');
    expect(masked.log).toContain(
      'Next: Install tar. The setup script is not shown, for something in it is masked here',
    );
    expect(masked.report()).not.toHaveProperty('fault.setup');
  });

  test('ends when its log has gone out, however long it is', async () => {
    const say = Array.from({ length: 5000 }, (_, line) => `echo ${line}`).join('\n');
    const { log } = await ran({ mode: 'failure', say });
    expect(log).toContain(`\n${say}\n::endgroup::\n`);
    expect(log.slice(log.indexOf('::endgroup::'))).toMatch(/^::error title=.*Install tar\.$/m);
  });

  test('takes the token of its job, where one is set', async () => {
    const { file, log } = await ran({}, { LANDFALL_JOB: 'feedbeef' });
    expect(log).toContain('token feedbeef');
    expect(file('ENV')).toBe('');
  });

  test('shows all problems of inputs and file together, and exits 1', async () => {
    const { code, log, file, report } = await ran({ hots: 'x', 'ssh-kye': 'y', mode: 'dnoe', wait: '30' });
    expect(code).toBe(1);
    expect(outputs(file('OUTPUT'))).toMatchObject({ result: 'refused' });
    expect(report()).toMatchObject({ fault: { code: 'INPUT_INVALID', problems: { length: 5 } } });
    for (const text of [
      'there is no such input',
      'did you mean ssh-key?',
      'did you mean done?',
      'write 30s if seconds are meant',
      'landfall.yml:3',
    ]) {
      expect(log).toContain(text);
    }
    expect(log).toContain('::error title=INPUT_INVALID,file=landfall.yml,line=3::keep: expected a number');
    expect(log.match(/^::error/gm)).toHaveLength(2);
    expect(log).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['throw', 'INTERNAL: x is undefined', 'failed'],
    ['failure', 'PREFLIGHT: no tar', 'refused'],
    ['reject', 'INTERNAL: nobody waits for this', 'failed'],
  ])('mode %s ends as a fault without a stack trace', async (mode, text, result) => {
    const { code, log, file, report } = await ran({ mode });
    expect(code).toBe(1);
    expect(log).toContain(text);
    expect(log.replaceAll(/^::debug::.*$/gm, '')).not.toMatch(/action\.ts:\d/);
    expect(outputs(file('OUTPUT'))).toMatchObject({ result });
    expect(report()).toMatchObject({ result, fault: { next: expect.any(String) as unknown } });
    expect(file('STEP_SUMMARY')).toContain(text.split(':')[0]);
  });

  test('fails, and says why, where not even a report can be written', async () => {
    const { code, log } = await ran({ mode: 'failure' }, { RUNNER_TEMP: join(root, 'absent') });
    expect(code).toBe(1);
    expect(log).toContain('PREFLIGHT: no tar');
    expect(log).toContain('ENOENT');
  });

  test('lets no shown line command the runner', async () => {
    const { log } = await ran({
      say: 'x\n::set-env name=A::b\n  ::stop-commands::t\n##[group]y\nz\r::error::r\n\u0085::error::n',
    });
    expect(log).not.toMatch(/^\s*::(set-env|stop-commands)/m);
    expect(log).not.toContain('##[');
    expect(log).not.toMatch(/(\r|\u0085)::/);
    expect(log).toContain('set-env name=A::b');
    expect(log).toContain(': :error::r');
  });

  test('reads named variables, masked, and names those that are not set', async () => {
    const { log, file } = await ran({ mode: 'variables' }, { API_KEY: 'canary-value' });
    expect(log).toContain('read API_KEY; UNSET_NAME is not set');
    expect(log.replace('::add-mask::canary-value', '')).not.toContain('canary');
    expect(file('STEP_SUMMARY')).not.toContain('canary');
  });

  test('keeps the summary below the limit', async () => {
    const { file, report } = await ran({ mode: 'long' });
    const summary = Buffer.from(file('STEP_SUMMARY'));
    expect(summary.length).toBeGreaterThan(1_000_000);
    expect(summary.length).toBeLessThan(1024 * 1024);
    expect(summary.toString()).not.toContain('\uFFFD');
    expect(summary.toString()).toContain('the rest is in the JSON report');
    expect(report()).toMatchObject({ notes: { length: 30_000 } });
  });

  test('that is cancelled may end in order', async () => {
    const { child, says, ended } = start({ mode: 'finish' });
    await says('working');
    child.kill('SIGINT');
    expect(await ended()).toMatchObject({
      code: 1,
      log: expect.stringContaining('failed: stopped in order') as unknown,
    });
  });

  test('that does not end when it is cancelled is ended', async () => {
    const { child, says, ended } = start({ mode: 'hang' });
    await says('hanging');
    child.kill('SIGTERM');
    expect(await ended()).toMatchObject({
      code: 1,
      log: expect.stringContaining('CANCELLED: the run was cancelled (SIGTERM)') as unknown,
    });
  });

  test('runs on a terminal too: no commands, no files but the report', async () => {
    const off = Object.fromEntries(
      ['ACTIONS', 'OUTPUT', 'STATE', 'ENV', 'STEP_SUMMARY', 'RUN_ID', 'REPOSITORY'].map((name) => [
        `GITHUB_${name}`,
        '',
      ]),
    );
    const { code, log, file } = await ran({}, off);
    expect(code).toBe(0);
    expect(log).toMatch(/run local-[0-9a-f]{16}/);
    expect(log).not.toContain('::');
    expect(file('OUTPUT')).toBe('');
  });
});

describe('post', () => {
  test('finds what main kept, and drives on under the same token', async () => {
    const { file } = await ran({});
    const state = Object.fromEntries(
      Object.entries(outputs(file('STATE'))).map(([key, value]) => [`STATE_${key}`, value]),
    );
    const post = await ran(
      { 'job-status': 'failure' },
      { ...state, LANDFALL_JOB: outputs(file('ENV')).LANDFALL_JOB ?? '' },
      'post',
    );
    expect(post.code).toBe(0);
    expect(post.log).toContain(
      `post after failure: line one\nline two ${state.STATE_driver ?? '?'} ${state.STATE_token ?? '?'}`,
    );
    expect(post.file('ENV')).toBe('');
  });

  test('that fails is shown and fails the step', async () => {
    const { code, log } = await ran({ mode: 'throw' }, {}, 'post');
    expect(code).toBe(1);
    expect(log).toContain('fixture (post): failed: post broke');
    expect(existsSync(root)).toBe(true);
  });
});
