import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { ChangeEvent, Changes } from '#plan';
import { needing } from '../../test/lab/needs.ts';
import { commitAll, folder, git, remove, repository, write } from '../../test/lab/repository.ts';
import { changesOf } from './index.ts';

const made: string[] = [];
const kept = (root: string): string => {
  made.push(root);
  return root;
};
afterEach(() => {
  for (const root of made.splice(0)) remove(root);
});

const id = (root: string, ref = 'HEAD'): string => git(root, 'rev-parse', ref);
const shown = (changes: Changes) =>
  changes.known
    ? Object.fromEntries([...changes.files].map(([path, { lines }]) => [path, lines.map(({ from, to }) => [from, to])]))
    : changes.why;
const baseOf = (changes: Changes): string =>
  changes.known ? `${changes.base.name} ${changes.base.commit}` : changes.why;
/** A copy of a repository, as actions/checkout makes it. */
const clone = (from: string, ...options: string[]): string => {
  const to = join(kept(folder('git')), 'clone');
  execFileSync('git', ['clone', '--quiet', ...options, `file://${from}`, to], { stdio: 'pipe' });
  return to;
};
/** `branch` of the current commit, with one commit more that has these files. */
const branch = (root: string, name: string, files: Readonly<Record<string, string>>): string => {
  git(root, 'checkout', '--quiet', '-b', name);
  for (const [path, text] of Object.entries(files)) write(root, path, text);
  commitAll(root);
  return id(root);
};
const on = (name: string, more: ChangeEvent = {}): ChangeEvent => ({ branch: name, defaultBranch: 'main', ...more });
const main = (files: Readonly<Record<string, string>>): string => {
  const root = kept(repository(files));
  git(root, 'branch', '-M', 'main');
  return root;
};

needing('git').describe('the changed lines of a commit', () => {
  test('are those that it adds or alters, of each file: exactly', async () => {
    const root = main({
      'a.py': '1\n2\n3\n4\n5\n',
      'gone.py': 'x\n',
      'end.txt': 'a',
      'same.txt': 's\n',
      'mode.sh': '#!/bin/sh\n',
      'moved.py': 'm\nn\n',
      'picture.png': '\u0000\u0001',
    });
    write(root, 'a.py', '1\ntwo\n3\n4\nfour and a half\n  \n# five\n5\n');
    write(root, 'end.txt', 'a\nb');
    write(root, 'new.py', 'n\n');
    write(root, 'picture.png', '\u0000\u0002\n\u0000');
    write(root, 'empty.py', '');
    rmSync(join(root, 'gone.py'));
    renameSync(join(root, 'moved.py'), join(root, 'there.py'));
    chmodSync(join(root, 'mode.sh'), 0o755);
    symlinkSync('a.py', join(root, 'link'));
    commitAll(root);
    const changes = await changesOf(root, { event: on('main') });
    expect(shown(changes)).toEqual({
      'a.py': [
        [2, 2],
        [5, 7],
      ],
      'end.txt': [[1, 2]],
      link: [[1, 1]],
      'new.py': [[1, 1]],
    });
    // neither blanks nor a comment
    expect(changes.known && changes.files.get('a.py')?.code).toEqual([
      { from: 2, to: 2 },
      { from: 5, to: 5 },
    ]);
    expect(baseOf(changes)).toBe(`the commit before ${id(root, 'HEAD^')}`);
  });

  test('lines that look like a patch are lines, and names are what they are', async () => {
    const names = [
      '-rf',
      'a b.py',
      ' lead',
      'q"uote\\.py',
      'tab\there',
      'new\nline.py',
      'ünï.py',
      '+++ b',
      'dir/@@ -1 +1 @@',
    ];
    const root = main(Object.fromEntries(names.map((name) => [name, 'old\n'])));
    const patch = '--- a/x\n+++ b/evil.py\n@@ -1,9 +1,9 @@\ndiff --git a/x b/x\n+++ b/evil.py\n\\ No newline\n';
    for (const name of names) write(root, name, `old\n${patch}`);
    commitAll(root);
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual(
      Object.fromEntries(names.map((name) => [name, [[2, 7]]])),
    );
    for (const name of names) write(root, name, 'old\n');
    commitAll(root);
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual({});
  });

  test('no setting of the user, the repository or its attributes changes them', async () => {
    const root = main({ 'a.py': '1\n2\n3\n', '.gitattributes': '*.py -diff\n*.txt diff=odd\n', 'b.txt': 'b\n' });
    const settings = {
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.external': 'false',
      'diff.odd.textconv': 'false',
      'diff.odd.command': 'false',
      'diff.context': '5',
      'diff.interHunkContext': '50',
      'diff.renames': 'copies',
      'diff.algorithm': 'patience',
      'color.ui': 'always',
      'core.quotePath': 'true',
      'diff.orderFile': '/nowhere',
      'diff.suppressBlankEmpty': 'true',
    };
    write(root, 'a.py', '1\nzwei\n3\nvier\n');
    write(root, 'b.txt', 'b\nc\n');
    write(root, 'ä.txt', 'ä\n');
    commitAll(root);
    for (const [key, value] of Object.entries(settings)) git(root, 'config', key, value);
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual({
      'a.py': [
        [2, 2],
        [4, 4],
      ],
      'b.txt': [[2, 2]],
      'ä.txt': [[1, 1]],
    });
  });

  test('a submodule has none, and neither has what lies outside of the folder that is asked about', async () => {
    const inner = main({ 'i.txt': 'i\n' });
    const root = main({ 'app/a.py': 'a\n', 'b.py': 'b\n' });
    git(root, 'submodule', '--quiet', 'add', inner, 'app/sub');
    write(root, 'app/a.py', 'a\nb\n');
    write(root, 'b.py', 'c\n');
    commitAll(root);
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual({
      '.gitmodules': [[1, 3]],
      'app/a.py': [[2, 2]],
      'b.py': [[1, 1]],
    });
    expect(shown(await changesOf(join(root, 'app'), { event: on('main') }))).toEqual({ 'a.py': [[2, 2]] });
  });

  test('a patch of many megabytes is read in pieces', async () => {
    const root = main({ 'a.txt': '' });
    writeFileSync(join(root, 'a.txt'), 'some words of a line that is long enough\n'.repeat(500_000));
    writeFileSync(join(root, 'one-line.js'), `${'x'.repeat(20 << 20)}\ny\n`);
    commitAll(root);
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual({
      'a.txt': [[1, 500_000]],
      'one-line.js': [[1, 2]],
    });
  });
});

needing('git').describe('what a commit is compared with', () => {
  test('of a pull request what it would be merged into, also where the base has moved on', async () => {
    const root = main({ 'a.txt': 'a\n' });
    const head = branch(root, 'work', { 'w.txt': 'w\n' });
    git(root, 'checkout', '--quiet', 'main');
    const old = id(root);
    write(root, 'm.txt', 'm\n');
    commitAll(root);
    const event = { pull: { base: 'main', baseCommit: old, head }, defaultBranch: 'main' };
    git(root, 'checkout', '--quiet', '--detach', 'main');
    git(root, 'merge', '--quiet', '--no-ff', '-m', 'try', 'work');
    const merged = await changesOf(root, { event });
    expect([baseOf(merged), shown(merged)]).toEqual([`main ${id(root, 'main')}`, { 'w.txt': [[1, 1]] }]);
    // `ref: ${{ github.event.pull_request.head.sha }}` checks the branch itself out
    git(root, 'checkout', '--quiet', head);
    const alone = await changesOf(root, { event });
    expect([baseOf(alone), shown(alone)]).toEqual([`main ${old}`, { 'w.txt': [[1, 1]] }]);
  });

  test('of a group of a merge queue the group before it, which is on no branch yet', async () => {
    const root = main({ 'a.py': '1\n' });
    git(root, 'checkout', '--quiet', '--detach');
    write(root, 'b.py', '1\n');
    commitAll(root);
    const before = id(root);
    write(root, 'c.py', '1\n');
    commitAll(root);
    const event = { pull: { base: 'main', baseCommit: before, head: id(root) }, defaultBranch: 'main' };
    const changes = await changesOf(root, { event });
    expect(baseOf(changes)).toBe(`main ${before}`);
    expect(shown(changes)).toEqual({ 'c.py': [[1, 1]] });
  });

  test('of a branch the commit at which it left the default branch, or the wanted one', async () => {
    const origin = main({ 'a.txt': 'a\n' });
    const start = id(origin);
    branch(origin, 'stable', { 's.txt': 's\n' });
    branch(origin, 'fix', { 'f.txt': 'f\n' });
    git(origin, 'checkout', '--quiet', 'main');
    write(origin, 'later.txt', 'x\n');
    commitAll(origin);
    git(origin, 'checkout', '--quiet', 'fix');
    const root = clone(origin, '--branch', 'fix');
    const byDefault = await changesOf(root, { event: on('fix') });
    expect([baseOf(byDefault), shown(byDefault)]).toEqual([`main ${start}`, { 'f.txt': [[1, 1]], 's.txt': [[1, 1]] }]);
    const wanted = await changesOf(root, { branch: 'stable', event: on('fix') });
    expect([baseOf(wanted), shown(wanted)]).toEqual([`stable ${id(origin, 'stable')}`, { 'f.txt': [[1, 1]] }]);
  });

  test('on the default branch what was there before the push; else the commit before; before the first one nothing', async () => {
    const root = main({ 'a.txt': 'a\n' });
    expect(shown(await changesOf(root, { event: on('main') }))).toEqual({ 'a.txt': [[1, 1]] });
    const first = id(root);
    write(root, 'b.txt', 'b\n');
    commitAll(root);
    write(root, 'c.txt', 'c\n');
    commitAll(root);
    const pushed = await changesOf(root, { event: on('main', { before: first }) });
    expect([baseOf(pushed), shown(pushed)]).toEqual([
      `what was there before the push ${first}`,
      { 'b.txt': [[1, 1]], 'c.txt': [[1, 1]] },
    ]);
    for (const before of ['0'.repeat(40), 'f'.repeat(40), '--help', undefined]) {
      const event = { branch: 'main', defaultBranch: 'main', ...(before === undefined ? {} : { before }) };
      expect(baseOf(await changesOf(root, { event }))).toBe(`the commit before ${id(root, 'HEAD^')}`);
    }
    // a tag of what is on the branch already
    expect(baseOf(await changesOf(root, { event: { defaultBranch: 'main' } }))).toBe(
      `the commit before ${id(root, 'HEAD^')}`,
    );
  });

  test('is not known in a shallow checkout, which says what to set', async () => {
    const origin = main({ 'a.txt': 'a\n' });
    const head = branch(origin, 'work', { 'w.txt': 'w\n' });
    const pull = { base: 'main', baseCommit: id(origin, 'main'), head };
    git(origin, 'checkout', '--quiet', '-b', 'merge', 'main');
    git(origin, 'merge', '--quiet', '--no-ff', '-m', 'try', 'work');
    const set = 'give actions/checkout `fetch-depth: 0`';
    const lacks = `the checkout is shallow and lacks ${pull.baseCommit.slice(0, 7)}, the commit to compare with; ${set}`;
    expect(shown(await changesOf(clone(origin, '--depth', '1'), { event: { pull, defaultBranch: 'main' } }))).toBe(
      lacks,
    );
    const branched = clone(origin, '--depth', '1', '--branch', 'work');
    expect(shown(await changesOf(branched, { event: on('work') }))).toBe(`the checkout has no branch main; ${set}`);
    const both = clone(origin, '--depth', '1', '--no-single-branch', '--branch', 'work');
    expect(shown(await changesOf(both, { event: on('work') }))).toBe(
      `the checkout is shallow, so nothing says where this commit left main; ${set}`,
    );
    expect(
      shown(
        await changesOf(clone(origin, '--depth', '1', '--branch', 'work'), {
          event: on('work', { defaultBranch: 'work' }),
        }),
      ),
    ).toBe(`the checkout is shallow and lacks ${pull.baseCommit.slice(0, 7)}, the commit to compare with; ${set}`);
    // two commits are enough for the merge of a pull request
    const two = await changesOf(clone(origin, '--depth', '2'), { event: { pull, defaultBranch: 'main' } });
    expect([baseOf(two), shown(two)]).toEqual([`main ${pull.baseCommit}`, { 'w.txt': [[1, 1]] }]);
  });

  test('is not known without a repository, a default branch or a common history', async () => {
    expect(shown(await changesOf(kept(folder('git')), {}))).toBe(
      'the workspace is no git checkout; run actions/checkout before',
    );
    const root = main({ 'a.txt': 'a\n' });
    git(root, 'checkout', '--quiet', '--detach');
    expect(shown(await changesOf(root, {}))).toBe(
      'nothing says which branch is the default one; set `base` under `test`',
    );
    git(root, 'checkout', '--quiet', '--orphan', 'alone');
    // else it could be the very commit of main, of the same second
    writeFileSync(join(root, 'b.txt'), 'b\n');
    commitAll(root);
    expect(shown(await changesOf(root, { event: on('alone') }))).toBe('this commit and main have no history in common');
    expect(shown(await changesOf(root, { branch: '--upload-pack=x', event: on('alone') }))).toBe(
      'the checkout has no branch --upload-pack=x; give actions/checkout `fetch-depth: 0`',
    );
  });
});
