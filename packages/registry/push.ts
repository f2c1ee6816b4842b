import { Failure } from '#fault';
import { renderBytes } from '#plan';
import type { Digest } from '#plan';
import type { Ask } from './ask.ts';
import { differs, unknown } from './faults.ts';
import { headManifest, readManifest, type Reading } from './read.ts';
import { sourceOf } from './source.ts';
import type { Descriptor, Manifest, OciLayout, Pushed } from './types.ts';
import { hasBlob, uploadBlob, type Uploading } from './upload.ts';
import { walk } from './walk.ts';

/** Blobs that travel side by side. */
const lanes = 3;

/** Puts a manifest under its digest, or under a tag. Gives the header by which a registry says that it has understood `subject`. */
export const putManifest = async (
  ask: Ask,
  reference: string,
  { mediaType, bytes }: Pick<Manifest, 'mediaType' | 'bytes'>,
): Promise<string | undefined> => {
  const { headers, body } = await ask({
    method: 'PUT',
    at: `manifests/${reference}`,
    to: 'pull,push',
    headers: { 'content-type': mediaType, 'content-length': String(bytes.length) },
    body: () => bytes,
  });
  body.resume();
  return headers['oci-subject'];
};

/** Names what is there, then asks what the names mean. Throws IMAGE_UNKNOWN, IMAGE_DIFFERS. */
export const tag = async (of: Reading, digest: Digest, tags: readonly string[]): Promise<undefined> => {
  const root = await readManifest(of, digest);
  if (root === undefined) throw unknown(`${of.place} has no image ${digest}, which could be named ${tags.join(', ')}`);
  for (const one of tags) await putManifest(of.ask, one, root);
  for (const one of tags) await prove(of, one, digest);
  return undefined;
};

const prove = async (of: Reading, reference: string, digest: Digest): Promise<void> => {
  const named = await headManifest(of, reference);
  if (named === digest) return;
  throw new Failure({
    code: 'IMAGE_DIFFERS',
    what: `${of.place} was given ${digest} as ${reference}, and has ${named ?? 'nothing'} there now`,
    next: 'Another push may have moved the tag meanwhile; look at who else pushes it, and run it again.',
  });
};

/** Sends what is missing, then names it. */
export const push = async (
  of: Reading & Omit<Uploading, 'read'> & { readonly show: (line: string) => void },
  layout: OciLayout,
  tags: readonly string[],
): Promise<Pushed> => {
  const { root } = layout;
  const content = await walk(sourceOf(layout, { registry: '', repository: '' }), root);
  const [lacking] = content.missing;
  if (lacking !== undefined) throw differs(`the image layout has no manifest ${lacking}`, 'Build the image again.');
  const blobs = [...content.blobs.values()];
  const sent: Descriptor[] = [];
  const left = [...blobs];
  const failed = new AbortController();
  const lane = async (): Promise<void> => {
    for (let blob = left.shift(); blob !== undefined && !failed.signal.aborted; blob = left.shift()) {
      if (await hasBlob(of, blob)) continue;
      await uploadBlob({ ...of, read: layout.read }, blob);
      sent.push(blob);
      of.show(`    pushed ${blob.digest.slice(0, 19)}, ${renderBytes(blob.size)}`);
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      lane().catch((thrown: unknown) => {
        failed.abort();
        throw thrown;
      }),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  for (const manifest of content.manifests.values()) await putManifest(of.ask, manifest.digest, manifest);
  await prove(of, root.digest, root.digest);
  if (tags.length > 0) await tag(of, root.digest, tags);
  return {
    digest: root.digest,
    bytes: sent.reduce((sum, { size }) => sum + size, 0),
    blobs: sent.length,
    there: blobs.length - sent.length,
  };
};
