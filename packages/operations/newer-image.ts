import { Failure } from '#fault';
import { branchTagOf, isImmutable, revisionLabel } from '#image';
import type { Digest } from '#plan';
import { billOf } from '#registry';
import type { Bill, Registry } from '#registry';
import { isBefore } from './checkout.ts';
import type { Work } from './image-work.ts';

/**
 * The branch's tag, where it names the image of a later commit already: the run of that one was quicker, and the tag stays with it.
 * A note says so. Undefined: it may be given.
 */
export const overtaken = async (
  work: Work,
  named: ReadonlyMap<string, Digest | undefined>,
  digest: Digest,
): Promise<string | undefined> => {
  const { wanted, stage, registry, commit, evidence } = work;
  const tag = branchTagOf(wanted.tags, stage.context.ref);
  const there = tag === undefined ? undefined : named.get(tag);
  if (tag === undefined || there === undefined || there === digest || isImmutable(tag)) return undefined;
  const labels = (await readable(registry, there))?.images[0]?.labels ?? {};
  const other = { id: labels[revisionLabel] ?? '', created: labels['org.opencontainers.image.created'] ?? '' };
  if (!(await isBefore(stage.workspace, commit, other))) return undefined;
  const text = `the tag ${tag} stays where it is: it names ${there}, of the later commit ${other.id}; to move it back, delete it in the registry and run this again`;
  evidence.notes = [...evidence.notes, { kind: 'warning', text }];
  return tag;
};

/** What a tag names; undefined: no image, or a damaged one, which holds no tag up. */
const readable = async (registry: Registry, digest: Digest): Promise<Bill | undefined> => {
  try {
    return await billOf(registry, { digest });
  } catch (thrown) {
    if (thrown instanceof Failure && /^IMAGE_/.test(thrown.fault.code)) return undefined;
    throw thrown;
  }
};
