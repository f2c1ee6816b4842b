import { Failure } from '#fault';
import type { Changes } from '#plan';
import { baseOf } from './base.ts';
import type { BaseAsked } from './base.ts';
import { diffParser } from './diff-parser.ts';
import { gitStream } from './stream.ts';

/** A patch that no setting of a user, repository or attribute can change. Submodules are other repositories. */
const plainPatch = [
  'diff-tree',
  '-r',
  '--patch',
  '--no-commit-id',
  '--unified=0',
  '--inter-hunk-context=0',
  // only of what is the same: git knows that by its id
  '--find-renames=100%',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--text',
  '--diff-algorithm=myers',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--ignore-submodules=all',
  '--relative',
];

/** The lines that the commit of the checkout adds or alters, compared with its base. Streams; nothing is written. */
export const changesOf = async (root: string, asked: BaseAsked): Promise<Changes> => {
  const answer = await baseOf(root, asked);
  if (!answer.known) return answer;
  const parser = diffParser();
  try {
    for await (const piece of gitStream(root, [...plainPatch, answer.base.commit, 'HEAD', '--'])) parser.push(piece);
  } catch (thrown) {
    if (thrown instanceof Failure) return { known: false, why: [thrown.fault.what, ...thrown.fault.said].join(': ') };
    throw thrown;
  }
  return { known: true, base: answer.base, files: parser.end() };
};
