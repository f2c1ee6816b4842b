import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { folder, remove } from '../../test/lab/repository.ts';
import { tagBefore } from './index.ts';

const root = folder('tag-before');
afterAll(() => {
  remove(root);
});
const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', ...words], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
const commit = (subject: string): string => {
  git('commit', '-q', '--allow-empty', '-m', subject);
  return git('rev-parse', 'HEAD');
};

test('the tag before is that of a commit before, the nearest; nothing before the first; unknown where history is cut', async () => {
  git('init', '-q', '-b', 'main');
  const nothing = { name: 'nothing', commit: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' };
  const first = commit('one');
  git('tag', 'v1');
  expect(await tagBefore(root)).toEqual(nothing);
  commit('two');
  git('tag', '-m', 'with a message', 'v2');
  expect(await tagBefore(root)).toEqual({ name: 'the tag v1', commit: first });
  git('branch', 'v1'); // a branch of that name is no tag
  commit('three');
  const second = git('rev-parse', 'v2^{commit}');
  expect(await tagBefore(root)).toEqual({ name: 'the tag v2', commit: second });
  const cut = join(root, 'cut');
  git('clone', '-q', '--depth', '1', '--branch', 'v2', `file://${root}`, cut);
  expect(await tagBefore(cut)).toBeUndefined();
  expect(await tagBefore(join(root, 'nowhere'))).toBeUndefined();
});
