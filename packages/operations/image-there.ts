import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Failure, must } from '#fault';
import { describe, inputsLabel, isImmutable, revisionLabel } from '#image';
import type { Content, Described } from '#image';
import type { Digest } from '#plan';
import type { Descriptor, OciLayout, Registry } from '#registry';

/** An image that a registry has. */
export type There = Described & { readonly digest: Digest; readonly layout: OciLayout };

/** The image of a tag or digest; undefined: there is none. Its layout can be given other tags, for all its blobs are there. */
export const imageThere = async (registry: Registry, reference: string): Promise<There | undefined> => {
  const root = must(await registry.manifest(reference));
  if (root === undefined) return undefined;
  const manifests = new Map<string, Buffer>([[root.digest, root.bytes]]);
  const read = async (content: Content): Promise<Buffer> => {
    const own = manifests.get(content.digest);
    if (own !== undefined) return own;
    if (!/manifest|index/.test(content.mediaType)) return buffer(must(await registry.blob(content)));
    const child = must(await registry.manifest(content.digest));
    if (child === undefined) throw gone(content.digest);
    manifests.set(child.digest, child.bytes);
    return child.bytes;
  };
  const described = await describe(root, read);
  // attestations are manifests, too
  for (const child of root.json.manifests ?? []) await read(child);
  const descriptor: Descriptor = { mediaType: root.mediaType, digest: root.digest, size: root.size };
  return { ...described, digest: root.digest, layout: { root: descriptor, read: (digest) => stream(manifests.get(digest), digest) } }; // prettier-ignore
};

const stream = (bytes: Buffer | undefined, digest: Digest): Readable =>
  bytes === undefined ? new Readable({ read() { this.destroy(gone(digest)); } }) : Readable.from([bytes]); // prettier-ignore

const gone = (digest: string): Failure =>
  new Failure({
    code: 'IMAGE_UNKNOWN',
    what: `the registry names ${digest} within an image, and does not have it any more`,
    next: 'Delete the tags of that image in the registry, and run this again: it is built anew.',
  });

/** Was this image made of the commit, from the same inputs? */
export const isOf = ({ labels }: Pick<Described, 'labels'>, commit: string, inputs: Digest): boolean =>
  labels[inputsLabel] === inputs && labels[revisionLabel] === commit;

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
