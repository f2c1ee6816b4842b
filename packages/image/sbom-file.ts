import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfBytes } from '#plan';
import type { Digest } from '#plan';

/** Bytes that are read; registries take documents of this length. */
const largest = 64 << 20;

/** A new path in a folder of its own, for what an image holds. The runner deletes it after the job. */
export const sbomPath = (temp: string): string => join(mkdtempSync(join(temp, 'landfall-sbom-')), 'sbom.json');

/** What stands there, and its hash; undefined: there is no such file, or it is larger than 64 MiB. */
export const readSbomFile = (path: string): { readonly bytes: Buffer; readonly digest: Digest } | undefined => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > largest) return undefined;
  const bytes = readFileSync(path);
  return { bytes, digest: digestOfBytes(bytes) };
};

/** Writes what a registry has kept. */
export const writeSbomFile = (path: string, bytes: Buffer): Digest => {
  writeFileSync(path, bytes);
  return digestOfBytes(bytes);
};
