import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fail, must, ok, type Result } from '#fault';
import type { Digest } from '#plan';
import type { Bill } from './bill.ts';
import { manifestIn } from './manifest.ts';
import type { Descriptor, OciLayout, Source } from './types.ts';

const bad = (what: string): Result<never> =>
  fail({ code: 'IMAGE_DIFFERS', what, next: 'Build the image again, as an OCI layout (`type=oci`).' });

const fileOf = (folder: string, digest: Digest): string =>
  join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));

/**
 * An image layout in a folder (OCI image 1.1, "Image Layout"), as buildx, skopeo and others write it.
 * @param digest which of its images; may be left out where it holds one
 */
export const layoutAt = (folder: string, digest?: Digest): Result<OciLayout> => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, 'index.json'));
  } catch (error) {
    return bad(`${folder} is no image layout: ${error instanceof Error ? error.message : String(error)}`);
  }
  const index = manifestIn(bytes);
  if (index === undefined) return bad(`${folder} is no image layout: its index.json is no index`);
  const { manifests = [] } = index;
  const [root, ...others]: readonly (Descriptor | undefined)[] = manifests.filter(
    (one) => digest === undefined || one.digest === digest,
  );
  if (root === undefined) return bad(`the image layout ${folder} has no image ${digest ?? ''}`.trim());
  if (others.length > 0)
    return bad(`the image layout ${folder} holds ${manifests.length} images, and none of them is named by its digest`);
  return ok({
    root,
    has: (of) => existsSync(fileOf(folder, of)),
    read: (of, from = 0) => createReadStream(fileOf(folder, of), { start: from }),
  });
};

/** Writes an image into a new folder, as a layout. Each blob is proven on its way. Throws what the source's faults are. */
export const fetchLayout = async (
  source: Pick<Source, 'blob'>,
  { digest, manifests, blobs }: Pick<Bill, 'digest' | 'manifests' | 'blobs'>,
  temp: string,
): Promise<{ readonly folder: string; readonly remove: () => void }> => {
  const folder = mkdtempSync(join(temp, 'landfall-layout-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await write(source, { digest, manifests, blobs }, folder);
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return { folder, remove };
};

const write = async (
  source: Pick<Source, 'blob'>,
  { digest, manifests, blobs }: Pick<Bill, 'digest' | 'manifests' | 'blobs'>,
  folder: string,
): Promise<void> => {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  for (const [at, { bytes }] of manifests) writeFileSync(fileOf(folder, at), bytes);
  for (const [at, blob] of blobs) await pipeline(must(await source.blob(blob)), createWriteStream(fileOf(folder, at)));
  const root = manifests.get(digest);
  const index = { schemaVersion: 2, manifests: [{ mediaType: root?.mediaType, digest, size: root?.size }] };
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
};
