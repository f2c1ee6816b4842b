import { expect, test } from '@jest/globals';
import { notesOf, releaseProblems } from './guard.ts';

const changelog = '# Changelog\n\n## 1.2.10\n\nSmall.\n\n## 1.2.1\n\n### Added\n\n- a\n\n## 1.2.0\n\n';
const workflow = { path: 'ship.yml', text: '      - uses: ada/landfall/actions/deploy-over-ssh@v1\n' };
const good = {
  tag: 'v1.2.1',
  onMain: true,
  tags: ['v1.2.1', 'v1.1.9', 'v1.2.0', 'v1', 'v2.0.0', 'v0.9.9'],
  version: '1.2.1',
  changelog,
  repository: 'ada/landfall',
  workflows: [workflow],
};

test('a tag that fits may be released', () => {
  expect(releaseProblems(good)).toEqual([]);
});

test.each([
  ['a tag of another form', { tag: 'v1.2' }, 'the tag v1.2 is not of the form vX.Y.Z'],
  ['a tag with more behind it', { tag: 'v1.2.1-rc1' }, 'the tag v1.2.1-rc1 is not of the form vX.Y.Z'],
  ['a commit beside main', { onMain: false }, 'the commit of v1.2.1 is not on main: merge it first, then move the tag'],
  ['a version older than one that is out', { tags: ['v1.2.1', 'v1.10.0'] }, 'v1.10.0 is newer: v1 would move back'],
  ['another version', { version: '1.2.2' }, 'the tag is v1.2.1, and package.json says 1.2.2'],
  [
    'a version without a section',
    { changelog: '## 1.2.10\n\nx\n' },
    'CHANGELOG.md has no section 1.2.1, or an empty one',
  ],
  [
    'a reusable workflow that calls another repository',
    { repository: 'eve/landfall' },
    'ship.yml: uses: ada/landfall/actions/deploy-over-ssh@v1: whoever calls this needs eve/landfall at v1',
  ],
  [
    'a reusable workflow that calls another major version',
    { workflows: [{ ...workflow, text: workflow.text.replace('@v1', '@v2') }] },
    'ship.yml: uses: ada/landfall/actions/deploy-over-ssh@v2: whoever calls this needs ada/landfall at v1',
  ],
])('%s may not', (_, wrong, problem) => {
  expect(releaseProblems({ ...good, ...wrong })).toEqual([problem]);
});

test('everything that is wrong is said at once', () => {
  expect(releaseProblems({ ...good, tag: 'v2.0.0', onMain: false })).toHaveLength(4);
});

test('the notes of a version are its section', () => {
  expect(notesOf(changelog, '1.2.1')).toBe('### Added\n\n- a');
  expect(notesOf(changelog, '1.2.0')).toBe('');
  expect(notesOf(changelog, '1.2')).toBe('');
});
