import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '#fault';
import { isDigest } from '#plan';
import type { Digest } from '#plan';
import type { Descriptor, ManifestJson, OciLayout } from './types.ts';

const bad = (what: string): Result<never> =>
  fail({ code: 'IMAGE_DIFFERS', what, next: 'Build the image again, as an OCI layout (`type=oci`).' });

/**
 * An image layout in a folder (OCI image 1.1, "Image Layout"), as buildx, skopeo and others write it.
 * @param digest which of its images; may be left out where it holds one
 */
export const layoutAt = (folder: string, digest?: Digest): Result<OciLayout> => {
  let index: ManifestJson;
  try {
    index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as ManifestJson;
  } catch (error) {
    return bad(`${folder} is no image layout: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { manifests = [] } = index;
  const [root, ...others]: readonly (Descriptor | undefined)[] = manifests.filter(
    (one) => isDigest(one.digest) && (digest === undefined || one.digest === digest),
  );
  if (root === undefined) return bad(`the image layout ${folder} has no image ${digest ?? ''}`.trim());
  if (others.length > 0)
    return bad(`the image layout ${folder} holds ${manifests.length} images, and none of them is named by its digest`);
  return ok({
    root,
    read: (of, from = 0) =>
      createReadStream(join(folder, 'blobs', 'sha256', of.slice('sha256:'.length)), { start: from }),
  });
};
