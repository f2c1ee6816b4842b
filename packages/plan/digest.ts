import { hash } from 'node:crypto';

/** What content is known by, as registries write it: `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`;

export const isDigest = (value: unknown): value is Digest =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);

/** The digest of bytes, or of a text as UTF-8. */
export const digestOfBytes = (bytes: Uint8Array | string): Digest => `sha256:${hash('sha256', bytes)}`;
