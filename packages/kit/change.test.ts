import { expect, test } from '@jest/globals';
import { changeOf } from './change.ts';

const repository = { default_branch: 'main' };
const [base, head, before] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];

test('a pull request names its base, and no branch', () => {
  const payload = { pull_request: { base: { ref: 'main', sha: base }, head: { ref: 'x', sha: head } }, repository };
  expect(changeOf(payload, 'refs/pull/7/merge')).toEqual({
    pull: { base: 'main', baseCommit: base, head },
    defaultBranch: 'main',
  });
});

test('a merge queue is a pull request into its branch', () => {
  const group = { base_ref: 'refs/heads/main', base_sha: base, head_sha: head };
  expect(changeOf({ merge_group: group, repository }, 'refs/heads/gh-readonly-queue/main/pr-7')).toEqual({
    pull: { base: 'main', baseCommit: base, head },
    defaultBranch: 'main',
    branch: 'gh-readonly-queue/main/pr-7',
  });
});

test('a push names the branch and where it was before', () => {
  expect(changeOf({ before, repository }, 'refs/heads/fix/a')).toEqual({
    defaultBranch: 'main',
    branch: 'fix/a',
    before,
  });
});

test('a tag is named', () => {
  expect(changeOf({ repository }, 'refs/tags/v1.2.0')).toEqual({ defaultBranch: 'main', tag: 'v1.2.0' });
});

test.each([
  [undefined, ''],
  [null, 'refs/notes/v1'],
  [{ pull_request: { base: 7 }, repository: 'x', before: null }, ''],
])('%j says nothing', (payload, ref) => {
  expect(changeOf(payload, ref)).toBeUndefined();
});
