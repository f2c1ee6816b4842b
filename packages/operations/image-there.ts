import { Failure, must } from '#fault';
import { inputsLabel, isImmutable, revisionLabel } from '#image';
import type { Digest } from '#plan';
import { billOf } from '#registry';
import type { Bill, Registry } from '#registry';

/** The image of a tag; undefined: there is none. Throws IMAGE_UNKNOWN where a part of it is gone. */
export const imageThere = async (registry: Registry, tag: string): Promise<Bill | undefined> => {
  const digest = must(await registry.digestOf(tag));
  if (digest === undefined) return undefined;
  const bill = await billOf(registry, { digest });
  const [gone] = bill.missing;
  if (gone === undefined) return bill;
  throw new Failure({
    code: 'IMAGE_UNKNOWN',
    what: `the registry names ${gone} within an image, and does not have it any more`,
    next: 'Delete the tags of that image in the registry, and run this again: it is built anew.',
  });
};

/** Was this image made of the commit, from the same inputs? */
export const isOf = ({ images: [first] }: Pick<Bill, 'images'>, commit: string, inputs: Digest): boolean =>
  first?.labels[inputsLabel] === inputs && first.labels[revisionLabel] === commit;

/** What each tag names now; undefined: there is none. Throws IMAGE_TAG_TAKEN where one that never moves names another image than `wanted`. */
export const tagsThere = async (
  registry: Registry,
  tags: readonly string[],
  wanted: Digest,
): Promise<ReadonlyMap<string, Digest | undefined>> => {
  const named = new Map<string, Digest | undefined>();
  for (const tag of tags) {
    const digest = must(await registry.digestOf(tag));
    if (digest !== undefined && digest !== wanted && isImmutable(tag))
      throw taken(tag, digest, `this one is ${wanted}`);
    named.set(tag, digest);
  }
  return named;
};

/** A tag that never moves, and what it names. */
export const taken = (tag: string, digest: Digest, other: string): Failure =>
  new Failure({
    code: 'IMAGE_TAG_TAKEN',
    what: `the tag ${tag} names ${digest} already, and never moves; ${other}`,
    next: 'Commit what has changed, or give a new version. Nothing was pushed under a tag.',
  });
