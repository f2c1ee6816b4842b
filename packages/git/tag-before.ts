import type { Base } from '#plan';
import { git } from './git.ts';

/**
 * The tag before the commit in the checkout, which may have tags itself: the nearest one behind its first parent. Nothing, as an empty tree,
 * where no commit before has one. Undefined: the history in the checkout is cut, so that nobody knows.
 */
export const tagBefore = async (root: string): Promise<Base | undefined> => {
  const say = async (...words: readonly string[]): Promise<string | undefined> => {
    const answer = await git(root, words);
    return answer.ok ? answer.value.toString('utf8').trim() : undefined;
  };
  const tag = await say('describe', '--tags', '--abbrev=0', 'HEAD^');
  if (tag === undefined) {
    if ((await say('rev-parse', '--is-shallow-repository')) !== 'false') return undefined;
    const nothing = await say('hash-object', '-t', 'tree', '--stdin');
    return nothing === undefined ? undefined : { name: 'nothing', commit: nothing };
  }
  const commit = await say('rev-parse', '--verify', '--end-of-options', `refs/tags/${tag}^{commit}`);
  return commit === undefined ? undefined : { name: `the tag ${tag}`, commit };
};
