import { must } from '#fault';
import type { Digest } from '#plan';
import type { Descriptor, Manifest, Source } from './types.ts';

/** All that an image is made of. */
export type Content = {
  /** Children before those that name them, the root last; each as the one above describes it. */
  readonly manifests: ReadonlyMap<Digest, Manifest>;
  /** Each once. */
  readonly blobs: ReadonlyMap<Digest, Descriptor>;
  /** Manifests that are named, and are not there. */
  readonly missing: readonly Digest[];
};

export const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

const isManifest = ({ mediaType }: Descriptor): boolean =>
  (indexTypes as readonly string[]).includes(mediaType) || /\.manifest\.v[12]\+json$/.test(mediaType);

/** What is known of a manifest before it is read. */
export type Named = Pick<Descriptor, 'digest'> & Partial<Pick<Descriptor, 'mediaType' | 'platform'>>;

/** Reads an image from its digest on: an index, what it names, and what that names. Throws what the source's faults are. */
export const walk = async ({ manifest: read }: Pick<Source, 'manifest'>, root: Named): Promise<Content> => {
  const manifests = new Map<Digest, Manifest>();
  const blobs = new Map<Digest, Descriptor>();
  const missing: Digest[] = [];
  const visit = async (named: Named): Promise<void> => {
    if (manifests.has(named.digest)) return;
    const found = must(await read(named.digest));
    if (found === undefined) {
      missing.push(named.digest);
      return;
    }
    const { config, layers = [], manifests: children = [] } = found.json;
    for (const blob of [...(config === undefined ? [] : [config]), ...layers]) blobs.set(blob.digest, blob);
    for (const child of children) {
      if (isManifest(child)) await visit(child);
      else blobs.set(child.digest, child);
    }
    const { digest, mediaType = found.mediaType, platform } = named;
    manifests.set(digest, { ...found, mediaType, platform });
  };
  await visit(root);
  return { manifests, blobs, missing };
};
