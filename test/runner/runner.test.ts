import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileCommand, startJob, startStep, workflowRun } from './index.ts';

const root = join(import.meta.dirname, 'fixture');
const dist = join(root, 'dist');
let temp = '';
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'landfall-runner-'));
});
afterAll(() => {
  rmSync(temp, { recursive: true, force: true });
});
const about = () => ({ root, dist, temp, workspace: temp, run: workflowRun({ runId: '7' }) });

describe('a file command', () => {
  test('is read in both forms', () => {
    expect(readFileCommand('a=1\nb<<E\nx=1\n\ny\nE\nc=d<<e\nf<<E\nE\n')).toEqual({
      a: '1',
      b: 'x=1\n\ny',
      c: 'd<<e',
      f: '',
    });
  });
  test.each(['nothing\n', 'a<<E\nx\n', '=1\n', '<<E\nE\n'])('is refused when it is %j', (text) => {
    expect(() => readFileCommand(text)).toThrow();
  });
});

describe('a step', () => {
  test('gets its inputs with their defaults, and gives outputs, state, environment, summary and annotations', async () => {
    const end = await startStep({ ...about(), action: 'fake', inputs: { who: 'ada', secret: 'hunter2' } }).ended;
    expect(end).toMatchObject({
      exit: 0,
      outputs: { greeting: 'hello\nada', plain: 'a=b<<c' },
      state: { who: 'ada' },
      env: { SEEN: 'ada;' },
      summary: '# ada ***\n',
      annotations: [{ level: 'error', title: 'A, b', message: 'first\nsecond' }],
    });
    expect(end.log[0]).toBe('hello ada, ***');
    expect(end.raw).toContain('hello ada, hunter2');
  });

  test('sees nothing of our environment but PATH and HOME', async () => {
    process.env['LANDFALL_CANARY'] = 'x';
    const end = await startStep({ ...about(), action: 'fake' }).ended;
    delete process.env['LANDFALL_CANARY'];
    const names = JSON.parse(end.log.find((line) => line.startsWith('env '))?.slice(4) ?? '') as string[];
    expect(names).toEqual(expect.arrayContaining(['PATH', 'GITHUB_RUN_ID', 'INPUT_HOST-KEY', 'INPUT_WHO']));
    expect(names.filter((name) => !/^(PATH|HOME|LANG|CI|GITHUB_\w+|RUNNER_\w+|INPUT_[\w-]+)$/.test(name))).toEqual([]);
  });

  test('is asked, told and killed when it is cancelled', async () => {
    const lines: string[] = [];
    const step = startStep({
      ...about(),
      action: 'fake',
      inputs: { hang: 'true' },
      patience: [5000, 5000],
      onLine: (line) => {
        lines.push(line);
        if (line === 'hanging') step.cancel();
      },
    });
    expect(await step.ended).toMatchObject({ exit: undefined, signal: 'SIGKILL', state: { who: 'world' } });
    expect(lines.filter((line) => line.startsWith('got'))).toEqual(['got SIGINT', 'got SIGTERM']);
  });
});

describe('a job', () => {
  test('carries the environment on and runs posts last in, first out, with the status as it is then', async () => {
    const job = startJob(about());
    await job.uses('fake', { inputs: { who: 'one' } });
    await job.uses('fake', { inputs: { who: 'two' } });
    expect(await job.runs(() => Promise.reject(new Error('a browser test')))).toBe(false);
    expect(await job.uses('fake', { inputs: { who: 'three' } })).toBeUndefined();
    const posts = await job.finish();
    expect(posts.map((post) => post.log)).toEqual([
      ['post of two: failure, seen one;two;'],
      ['post of one: failure, seen one;two;'],
    ]);
  });

  test('fails with a step that fails, unless the step may', async () => {
    const job = startJob(about());
    await job.uses('fake', { inputs: { exit: '3' }, continueOnError: true });
    expect(job.status()).toBe('success');
    await job.uses('fake', { inputs: { exit: '3' } });
    expect(job.status()).toBe('failure');
  });

  test('runs posts after a cancel, and none when the runner died', async () => {
    const cancelled = startJob({
      ...about(),
      patience: [100, 100],
      onLine: (line) => {
        if (line === 'hanging') cancelled.cancel();
      },
    });
    await cancelled.uses('fake', { inputs: { hang: 'true' } });
    expect((await cancelled.finish()).map((post) => post.log)).toEqual([['post of world: cancelled, seen world;']]);

    const killed = startJob({
      ...about(),
      onLine: (line) => {
        if (line === 'hanging') killed.die();
      },
    });
    expect(await killed.uses('fake', { inputs: { hang: 'true' } })).toMatchObject({ signal: 'SIGKILL' });
    expect(await killed.finish()).toEqual([]);
  });
});
