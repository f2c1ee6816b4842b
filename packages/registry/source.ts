import { fail, ok, type Result } from '#fault';
import { digestOfBytes, isDigest } from '#plan';
import { whole } from './body.ts';
import { manifestIn, manifestLimit } from './manifest.ts';
import type { OciLayout, Registry, Source } from './types.ts';

const bad = (what: string): Result<never> =>
  fail({ code: 'IMAGE_DIFFERS', what: `the image layout ${what}`, next: 'Build the image again.' });

/** Reads a layout as one reads a registry, under that name. Manifests are proven by their hash. Faults: IMAGE_DIFFERS. */
export const sourceOf = ({ has, read }: OciLayout, name: Registry['name']): Source => ({
  name,
  manifest: async (reference) => {
    if (!isDigest(reference) || !has(reference)) return ok(undefined);
    const bytes = await whole(read(reference), manifestLimit, `the manifest ${reference}`);
    const json = manifestIn(bytes);
    if (json === undefined || digestOfBytes(bytes) !== reference)
      return bad(`has another content as the manifest ${reference}`);
    return ok({ mediaType: json.mediaType ?? '', digest: reference, size: bytes.length, bytes, json });
  },
  blob: ({ digest }) => Promise.resolve(has(digest) ? ok(read(digest)) : bad(`has no blob ${digest}`)),
});
