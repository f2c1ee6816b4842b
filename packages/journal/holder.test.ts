import { describe, expect, test } from '@jest/globals';
import type { Claim, WorkflowRun } from '#plan';
import { claimOf, contextOf } from '../../test/fakes/found.ts';
import { askable, isOver } from './index.ts';

const theirs = (over: Partial<Claim> = {}): Claim =>
  claimOf({ run: '9', url: 'https://github.com/o/r/actions/runs/9', ...over });
const here = contextOf();

describe('GitHub may be asked for the run that holds a target', () => {
  test('when it is another run of this repository', () => {
    expect(askable(theirs(), here)).toEqual({ ask: true });
  });

  test.each<[string, Claim | undefined]>([
    ['nobody holds it', undefined],
    ['it is held by this very run', theirs({ run: here.runId })],
    ['it is held by hand', theirs({ run: '' })],
  ])('not when %s; there is nothing to say then', (_, claim) => {
    expect(askable(claim, here)).toEqual({ ask: false });
  });

  test.each<[string, Claim]>([
    ['of another repository', theirs({ repository: 'o/other' })],
    ['of this repository’s name on another server', theirs({ url: 'https://git.example.org/o/r/actions/runs/9' })],
    ['of no address', theirs({ url: '' })],
    ['of a person’s terminal', theirs({ run: 'local-1f', url: 'local' })],
    ['whose number is none', theirs({ run: '9/../8' })],
  ])('not when it is a run %s: that is said', (_, claim) => {
    expect(askable(claim, here)).toEqual({ ask: false, why: expect.any(String) as unknown });
  });
});

describe('a run is over', () => {
  const run: WorkflowRun = { id: '9', repository: 'o/r', attempt: 1, status: 'completed', conclusion: 'cancelled' };

  test('when GitHub says that it is completed, in this attempt or a later one', () => {
    expect(isOver(theirs(), run)).toBe(true);
    expect(isOver(theirs(), { ...run, repository: 'O/R', attempt: 2 })).toBe(true);
  });

  test.each<[string, Partial<WorkflowRun>]>([
    ['another run', { id: '8' }],
    ['a run of another repository', { repository: 'o/other' }],
    ['an earlier attempt', { attempt: 0 }],
    ...['queued', 'in_progress', 'waiting', 'requested', 'pending', ''].map(
      (status): [string, Partial<WorkflowRun>] => [`a run that is ${status || 'of no known state'}`, { status }],
    ),
  ])('not when the answer is about %s', (_, over) => {
    expect(isOver(theirs(), { ...run, ...over })).toBe(false);
  });
});
