import { Failure } from '#fault';
import { digestOfBytes, renderBytes } from '#plan';
import { whole, type Ask } from './ask.ts';
import { differs } from './faults.ts';
import { headManifest, indexTypes, type Reading } from './read.ts';
import { hasBlob, uploadBlob, type Uploading } from './upload.ts';
import type { Descriptor, ManifestJson, OciLayout, Pushed } from './types.ts';

/** A manifest of a layout, with its bytes. */
type Own = { readonly descriptor: Descriptor; readonly bytes: Buffer; readonly json: ManifestJson };

/** Blobs that travel side by side. */
const lanes = 3;

const isManifest = ({ mediaType }: Descriptor): boolean =>
  (indexTypes as readonly string[]).includes(mediaType) || /\.manifest\.v[12]\+json$/.test(mediaType);

const readOwn = async ({ read }: OciLayout, descriptor: Descriptor): Promise<Own> => {
  const bytes = await whole(read(descriptor.digest), 4 << 20);
  if (digestOfBytes(bytes) !== descriptor.digest)
    throw differs(
      `the manifest ${descriptor.digest} of the image layout has another content`,
      'Build the image again.',
    );
  return { descriptor, bytes, json: JSON.parse(bytes.toString('utf8')) as ManifestJson };
};

/** All manifests, children before those that name them, the root last; and all blobs, each once. */
export const contentOf = async (
  layout: OciLayout,
): Promise<{ readonly manifests: readonly Own[]; readonly blobs: readonly Descriptor[] }> => {
  const manifests = new Map<string, Own>();
  const blobs = new Map<string, Descriptor>();
  const walk = async (descriptor: Descriptor): Promise<void> => {
    if (manifests.has(descriptor.digest)) return;
    const own = await readOwn(layout, descriptor);
    const { config, layers = [], manifests: children = [] } = own.json;
    for (const blob of [...(config === undefined ? [] : [config]), ...layers]) blobs.set(blob.digest, blob);
    for (const child of children) {
      if (isManifest(child)) await walk(child);
      else blobs.set(child.digest, child);
    }
    manifests.set(descriptor.digest, own);
  };
  await walk(layout.root);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] };
};

/** Puts a manifest under its digest, or under a tag. Gives the header by which a registry says that it has understood `subject`. */
export const putManifest = async (
  ask: Ask,
  reference: string,
  { mediaType, bytes }: { readonly mediaType: string; readonly bytes: Buffer },
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

/** Sends what is missing, then names it, then asks what the names mean. */
export const push = async (
  of: Reading & Omit<Uploading, 'read'> & { readonly show: (line: string) => void },
  layout: OciLayout,
  tags: readonly string[],
): Promise<Pushed> => {
  const { manifests, blobs } = await contentOf(layout);
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
  for (const { descriptor, bytes } of manifests) await putManifest(of.ask, descriptor.digest, { ...descriptor, bytes });
  const { root } = layout;
  const bytes = manifests.at(-1)?.bytes ?? Buffer.alloc(0);
  for (const tag of tags) await putManifest(of.ask, tag, { mediaType: root.mediaType, bytes });
  for (const reference of [root.digest, ...tags]) {
    const named = await headManifest(of, reference);
    if (named !== root.digest)
      throw new Failure({
        code: 'IMAGE_DIFFERS',
        what: `${of.place} was given ${root.digest} as ${reference}, and has ${named ?? 'nothing'} there now`,
        next: 'Another push may have moved the tag meanwhile; look at who else pushes it, and run it again.',
      });
  }
  return {
    digest: root.digest,
    bytes: sent.reduce((sum, { size }) => sum + size, 0),
    blobs: sent.length,
    there: blobs.length - sent.length,
  };
};
