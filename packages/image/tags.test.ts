import { expect, test } from '@jest/globals';
import { branchProblems, isImmutable, tagProblems, tagsOf } from './tags.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const sha = 'sha-0123456789ab';

test.each<[readonly string[], string | undefined, readonly string[]]>([
  [[], undefined, [sha]],
  [['branch', 'semver'], 'refs/heads/main', [sha, 'main']],
  [['branch', 'semver'], 'refs/tags/v1.2.3', [sha, '1.2.3']],
  [['semver'], 'refs/tags/1.2.3-rc.1+build.5', [sha, '1.2.3-rc.1']],
  [['semver'], 'refs/tags/v1.2', [sha]],
  [['semver'], 'refs/tags/nightly', [sha]],
  [['branch'], 'refs/pull/7/merge', [sha]],
  [['branch'], 'refs/heads/feature/größe & more', [sha, 'feature-gr-e-more']],
  [['branch'], 'refs/heads/.hidden', [sha, 'hidden']],
  [['branch'], `refs/heads/${'x'.repeat(200)}`, [sha, 'x'.repeat(128)]],
  [['sha', 'commit', ':staging', ':staging'], 'refs/heads/main', [sha, commit, 'staging']],
])('rules %j for %s give %j', (rules, ref, tags) => {
  expect(tagsOf(rules, commit, ref)).toEqual(tags);
});

test.each<[string, boolean]>([
  [sha, true],
  [commit, true],
  ['ab'.repeat(32), true],
  ['ab'.repeat(31), false],
  ['1.2.3', true],
  ['1.2.3-rc.1', true],
  ['sha-0123', false],
  ['01.2.3', false],
  ['1.2', false],
  ['main', false],
  ['latest', false],
])('%s never moves: %s', (tag, never) => {
  expect(isImmutable(tag)).toBe(never);
});

test('a branch with the name of a version cannot move it', () => {
  const tags = tagsOf(['branch'], commit, 'refs/heads/1.2.3');
  expect(tags.map(isImmutable)).toEqual([true, true]);
});

test('rules that are none', () => {
  expect(tagProblems(['sha', 'commit', 'branch', 'semver', ':staging'])).toEqual([]);
  expect(tagProblems(['latest', ':', ':a b', ':1.2.3']).map(({ what }) => what)).toEqual([
    'latest is no rule of tags',
    'nothing is no tag: letters, digits, _ . and -, at most 128',
    'a b is no tag: letters, digits, _ . and -, at most 128',
    '1.2.3 has the form of a tag of a commit or version, which never moves',
  ]);
});

test('tags that stand for something else are no rules, and no branches', () => {
  const of = `sha256-${'ab'.repeat(32)}`;
  for (const tag of ['buildcache', of, `${of}.sig`]) {
    expect(tagProblems([`:${tag}`])).toMatchObject([{ what: expect.stringContaining(tag) }]);
    expect(branchProblems(['sha', 'branch'], `refs/heads/${tag}`)).toMatchObject([
      { what: expect.stringContaining(tag) },
    ]);
    expect(branchProblems(['sha'], `refs/heads/${tag}`)).toEqual([]);
  }
  expect(tagProblems([':buildcaches', ':sha256-abc'])).toEqual([]);
  expect(branchProblems(['branch'], 'refs/heads/main')).toEqual([]);
});
