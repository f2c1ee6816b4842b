import { z } from 'zod';
import { isDigest } from '#plan';
import type { Digest } from '#plan';
import type { ManifestJson } from './types.ts';

const optional = <T extends z.ZodType>(form: T) => form.nullish().transform((value) => value ?? undefined);
const texts = z.record(z.string(), z.string());

/** OCI image 1.1, "Content Descriptors". */
const descriptor = z.object({
  mediaType: z.string(),
  digest: z.custom<Digest>(isDigest),
  size: z.int().nonnegative(),
  artifactType: optional(z.string()),
  annotations: optional(texts),
  platform: optional(z.object({ os: z.string(), architecture: z.string(), variant: optional(z.string()) })),
});

/** "Image Manifest" and "Image Index", as far as they are read here. */
const form = z.object({
  mediaType: optional(z.string()),
  artifactType: optional(z.string()),
  config: optional(descriptor),
  layers: optional(z.array(descriptor)),
  manifests: optional(z.array(descriptor)),
  subject: optional(descriptor),
  annotations: optional(texts),
});

/** Bytes. A registry must take manifests of that length (OCI distribution 1.1, "Pushing manifests"). */
export const manifestLimit = 4 << 20;

/** Reads a manifest or an index; undefined: it is none. What somebody else wrote may have any form. Pure. */
export const manifestIn = (bytes: Buffer): ManifestJson | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  return form.safeParse(json).data;
};
