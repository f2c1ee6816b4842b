import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { commitAll, folder, git, remove, repository } from '../../test/lab/repository.ts';
import { comesFrom, madeOn } from './index.ts';

const root = repository({ 'a.txt': 'a' });
const cuts = folder('descent');
afterAll(() => {
  for (const one of [root, cuts]) remove(one);
});

/** A copy that has this many commits of a branch. */
const cut = (depth: number, branch: string): string => {
  const to = join(cuts, `${branch}-${depth}`);
  git(cuts, 'clone', '-q', '--depth', String(depth), '--branch', branch, `file://${root}`, to);
  return to;
};

test('a commit comes from itself and all before it; where history is cut, that is known of what it was made on alone', async () => {
  const first = git(root, 'rev-parse', 'HEAD');
  expect(await madeOn(root)).toBeUndefined();
  const second = commitAll(root);
  git(root, 'checkout', '-q', '-b', 'feature');
  const feature = commitAll(root);
  git(root, 'checkout', '-q', 'main');
  const third = commitAll(root);
  git(root, 'checkout', '-q', '-b', 'try');
  git(root, 'merge', '-q', '--no-ff', '-m', 'try', 'feature');

  git(root, 'checkout', '-q', 'feature');
  expect(await madeOn(root)).toBe(second);
  for (const one of [feature, second, first]) expect(await comesFrom(root, one)).toBe(true);
  for (const one of [third, '0'.repeat(40)]) expect(await comesFrom(root, one)).toBe(false);

  // what GitHub makes to try a pull request, as actions/checkout brings it
  const merge = cut(1, 'try');
  expect(await madeOn(merge)).toBe(third);
  for (const one of [third, feature]) expect(await comesFrom(merge, one)).toBe(true);
  for (const one of [second, '0'.repeat(40)]) expect(await comesFrom(merge, one)).toBeUndefined();
  expect(await comesFrom(cut(3, 'feature'), first)).toBe(true);

  expect(await madeOn(cuts)).toBeUndefined();
  expect(await comesFrom(cuts, first)).toBeUndefined();
});
