import { Readable } from 'node:stream';
import { digestOfBytes } from '#plan';
import type { Digest } from '#plan';
import { whole } from './body.ts';
import { addressIn, odd, unknown } from './faults.ts';
import { manifestIn } from './manifest.ts';
import { putManifest } from './push.ts';
import { readBlob, readManifest, type Reading } from './read.ts';
import { hasBlob, uploadBlob, type Uploading } from './upload.ts';
import type { Attached, Descriptor, ManifestJson } from './types.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
/** Artifacts are small documents: an SBOM, evidence. */
const limit = 64 << 20;

/** OCI image 1.1, "Guidance for an empty descriptor". */
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };

const described = (mediaType: string, bytes: Buffer): Descriptor => ({
  mediaType,
  digest: digestOfBytes(bytes),
  size: bytes.length,
});

/** Where a registry without the referrers API keeps what belongs to an image (OCI distribution 1.1, "Referrers Tag Schema"). */
const fallbackTag = (subject: Digest): string => subject.replace(':', '-');

const entriesOf = ({ manifests = [] }: ManifestJson): readonly Descriptor[] => manifests;

/** Adds an artifact to an image. Throws IMAGE_UNKNOWN where the image is not there. */
export const attach = async (
  of: Reading & Omit<Uploading, 'read'>,
  subject: Digest,
  {
    artifactType,
    bytes,
    annotations = {},
  }: Pick<Attached, 'artifactType' | 'bytes'> & Partial<Pick<Attached, 'annotations'>>,
): Promise<Digest> => {
  const image = await readManifest(of, subject);
  if (image === undefined) throw unknown(`${of.place} has no image ${subject}, to which something could be added`);
  const config = described(empty.mediaType, empty.bytes);
  const layer = described(artifactType, bytes);
  for (const [blob, content] of [
    [config, empty.bytes],
    [layer, bytes],
  ] as const)
    if (!(await hasBlob(of, blob)))
      await uploadBlob({ ...of, read: (_, from = 0) => Readable.from([content.subarray(from)]) }, blob);
  const json: ManifestJson & { readonly schemaVersion: 2 } = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config,
    layers: [layer],
    subject: { mediaType: image.mediaType, digest: subject, size: image.size },
    annotations,
  };
  const manifest = Buffer.from(JSON.stringify(json));
  const entry: Descriptor = { ...described(manifestType, manifest), artifactType, annotations };
  const understood = await putManifest(of.ask, entry.digest, { mediaType: manifestType, bytes: manifest });
  if (understood === undefined) await enter(of, subject, entry);
  return entry.digest;
};

/** Enters an artifact in the index that stands in for the referrers API. Two that do so at once may lose one: the rule has no lock. */
const enter = async (of: Reading & Omit<Uploading, 'read'>, subject: Digest, entry: Descriptor): Promise<void> => {
  const tag = fallbackTag(subject);
  const before = await readManifest(of, tag);
  const known = before === undefined ? [] : entriesOf(before.json);
  if (known.some(({ digest }) => digest === entry.digest)) return;
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [...known, entry] };
  await putManifest(of.ask, tag, { mediaType: indexType, bytes: Buffer.from(JSON.stringify(index)) });
};

const next = /<([^>]+)>\s*;[^,]*rel="?next"?/;

/** What belongs to an image, of one type: by the referrers API, or by the tag in its place. */
const referrers = async (of: Reading, subject: Digest, artifactType: string): Promise<readonly Descriptor[]> => {
  const found: Descriptor[] = [];
  let at: string | URL = `referrers/${subject}?${new URLSearchParams({ artifactType }).toString()}`;
  for (let pages = 0; pages < 100; pages += 1) {
    const { status, headers, body, url } = await of.ask({
      method: 'GET',
      at,
      to: 'pull',
      headers: { accept: indexType },
      expects: [400, 404, 405],
    });
    if (status >= 400 || !(headers['content-type'] ?? '').startsWith(indexType)) {
      body.resume();
      const index = await readManifest(of, fallbackTag(subject));
      return index === undefined ? [] : entriesOf(index.json);
    }
    const bytes = await whole(body, 4 << 20, `what ${of.place} lists of ${subject}`);
    const index = manifestIn(bytes);
    if (index === undefined) throw odd(`what ${of.place} lists of ${subject} is no index`, [bytes.toString('utf8')]);
    found.push(...entriesOf(index));
    const more = next.exec(headers['link'] ?? '')?.[1];
    if (more === undefined) return found;
    at = addressIn(more, url);
  }
  return found;
};

/** The artifacts of an image, whole. What is listed and is not about this image is passed over. */
export const attached = async (of: Reading, subject: Digest, artifactType: string): Promise<readonly Attached[]> => {
  const listed = await referrers(of, subject, artifactType);
  const found: Attached[] = [];
  for (const entry of listed) {
    if (entry.artifactType !== undefined && entry.artifactType !== artifactType) continue;
    const manifest = await readManifest(of, entry.digest);
    const { json } = manifest ?? {};
    const type = json?.artifactType ?? json?.config?.mediaType;
    const [layer] = json?.layers ?? [];
    if (json?.subject?.digest !== subject || type !== artifactType || layer === undefined) continue;
    const bytes = await whole(await readBlob(of, layer), limit, `the artifact ${entry.digest} of ${of.place}`);
    found.push({ digest: entry.digest, artifactType, annotations: json.annotations ?? {}, bytes });
  }
  return found;
};
