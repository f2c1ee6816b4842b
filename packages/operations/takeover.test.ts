import { describe, expect, test } from '@jest/globals';
import { ok } from '#fault';
import type { Answer, Found, GitHub, WorkflowRun } from '#plan';
import { claimOf, foundOn } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers, FakeHost } from '../../test/fakes/host.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import type { FakeScene } from '../../test/fakes/scene.ts';
import { silentGitHub } from '../../test/fakes/silent-github.ts';
import { open, turn } from './open.ts';
import { judge } from './survey.ts';

const url = 'https://github.com/o/r/actions/runs/9';
const claim = claimOf({ run: '9', token: 'job-z', driver: 'step-z', actor: 'bob', url });
const at = (over: Partial<Found>): Found =>
  foundOn({ number: 5, kind: 'deploy', release: 'B', previous: 'A', current: 'A', remaining: 500, claim, ...over });
const unswitched = at({ phase: 'open' });
const switched = at({ phase: 'switched', current: 'B' });
const undone = at({ phase: 'undone' });

const run = (status: string): Answer<WorkflowRun> => ({
  ok: true,
  value: { id: '9', repository: 'o/r', attempt: 1, status, conclusion: 'failure' },
});

/** GitHub that gives these answers in order, the last one for ever; and how often it was asked, for which run. */
const github = (...answers: readonly Answer<WorkflowRun>[]): { port: GitHub; asked: readonly string[] } => {
  const asked: string[] = [];
  const answer = (id: string): Answer<WorkflowRun> => {
    asked.push(id);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { ok: false, why: 'no answer', final: true };
  };
  return { port: { ...silentGitHub, run: (id) => Promise.resolve(answer(id)) }, asked };
};

const host = (states: readonly Found[], over: Answers = {}): FakeHost => {
  const rest = [...states];
  return fakeHost({
    look: () => ok((rest.length > 1 ? rest.shift() : rest[0]) ?? undone),
    open: () => ok({ number: 6, previous: 'A' }),
    'take-back': () => ok({ phase: 'undone', number: 5, release: 'A' }),
    ...over,
  });
};

const opened = (scene: FakeScene, first: Found) =>
  open(scene, judge(scene, 'deploy', first), {
    wish: 'deploy',
    kind: 'deploy',
    release: 'C',
    commit: 'step',
    allowOlder: false,
  });

describe('a run that GitHub says is over', () => {
  test('has an unswitched transaction taken over at once', async () => {
    const { port, asked } = github(run('completed'));
    const on = host([]);
    const scene = sceneOn(on, { github: port });
    await opened(scene, unswitched);
    expect(on.ran()).toEqual(['open']);
    expect(on.inputs('open')).toMatchObject([{ how: 'anew', seen: unswitched.seen }]);
    expect(asked).toEqual(['9']);
    expect(scene.clock.now()).toBe(0);
    expect(scene.shown.join('\n')).toContain(`GitHub says that ${url} is over (failure): t5 is taken over`);
  });

  test('has a switched one taken back first, in words that the journal keeps', async () => {
    const on = host([undone]);
    const scene = sceneOn(on, { github: github(run('completed')).port });
    await opened(scene, switched);
    expect(on.ran()).toEqual(['take-back', 'look', 'open']);
    expect(on.inputs('take-back')).toEqual([{ base: '/srv/app-landfall', number: 5, why: 'overtaken' }]);
    expect(scene.clock.now()).toBe(0);
    expect(scene.evidence.transaction).toBe('t6');
  });

  test.each(['TX_FENCED', 'TX_LATE'] as const)('but somebody was faster (%s): it is looked again', async (code) => {
    const on = host([undone], { 'take-back': () => fault(code) });
    await opened(sceneOn(on, { github: github(run('completed')).port }), switched);
    expect(on.ran()).toEqual(['take-back', 'look', 'open']);
  });

  test('and whose undo fails stops this run too', async () => {
    const on = host([], { 'take-back': () => fault('UNDO_FAILED') });
    const failed = opened(sceneOn(on, { github: github(run('completed')).port }), switched);
    await expect(failed).rejects.toMatchObject({ fault: { code: 'UNDO_FAILED', step: 'takeover' } });
    expect(on.ran()).toEqual(['take-back']);
  });

  test('gives a rollback its turn', async () => {
    const on = host([undone]);
    const scene = sceneOn(on, { github: github(run('completed')).port });
    expect(await turn(scene, judge(scene, 'rollback', switched), 'rollback')).toMatchObject({ found: undone });
    expect(on.ran()).toEqual(['take-back', 'look']);
    const other = sceneOn(host([]), { github: github(run('completed')).port });
    expect(await turn(other, judge(other, 'rollback', unswitched), 'rollback')).toMatchObject({ found: unswitched });
  });
});

describe('a run that is going on', () => {
  test('is waited for, and asked for every 15 s', async () => {
    const { port, asked } = github(run('in_progress'), run('in_progress'), run('completed'));
    const on = host([switched]);
    const scene = sceneOn(on, { github: port, target: targetOf({ wait: 120_000 }) });
    const looks = on.ran;
    const back = { done: false };
    const after = fakeHost({
      look: () => ok(back.done ? undone : switched),
      open: () => ok({ number: 6, previous: 'A' }),
      'take-back': () => ((back.done = true), ok({ phase: 'undone', number: 5, release: 'A' })),
    });
    await opened({ ...scene, host: after }, switched);
    expect(looks()).toEqual([]);
    expect(asked).toHaveLength(3);
    expect(scene.clock.now()).toBeGreaterThanOrEqual(30_000);
    expect(scene.clock.now()).toBeLessThan(34_000);
  });
});

describe('where GitHub does not say', () => {
  const waits = async (port: GitHub, found: Found): Promise<FakeScene> => {
    const on = host([found]);
    const scene = sceneOn(on, { github: port, target: targetOf({ wait: 60_000 }) });
    await expect(opened(scene, found)).rejects.toMatchObject({ fault: { code: 'TX_BUSY' } });
    expect(on.ran().filter((program) => program !== 'look')).toEqual([]);
    return scene;
  };
  const said = (scene: FakeScene): readonly string[] => scene.shown.filter((line) => line.includes('is not known'));

  test('it is waited as ever, and what would help is said once', async () => {
    const { port, asked } = github({ ok: false, why: 'needs `permissions: actions: read`', final: true });
    const scene = await waits(port, switched);
    expect(said(scene)).toEqual(['    whether its run is over is not known: needs `permissions: actions: read`']);
    expect(asked).toHaveLength(1);
  });

  test('for the moment, it is asked again', async () => {
    const { port, asked } = github({ ok: false, why: 'GitHub answered 502', final: false });
    expect(said(await waits(port, switched))).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(2);
  });

  test('for the run is another repository’s, it is not even asked', async () => {
    const { port, asked } = github(run('completed'));
    const scene = await waits(port, at({ phase: 'switched', claim: { ...claim, repository: 'o/other' } }));
    expect(asked).toEqual([]);
    expect(said(scene)).toHaveLength(1);
  });

  test('or its answer is about another run, nothing is taken', async () => {
    const { port } = github({
      ok: true,
      value: { id: '8', repository: 'o/r', attempt: 1, status: 'completed', conclusion: '' },
    });
    await waits(port, switched);
  });
});
