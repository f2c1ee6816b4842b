import { createHash, scryptSync } from 'node:crypto';
import type { Hooks, ReleaseId, Service } from '#plan';

/** All that makes a release what it is. */
export type Ingredients = {
  /** Full id of the commit. */
  readonly commit: string;
  /** sha256 of the list of its files. */
  readonly listHash: string;
  /** {@link envHash}; undefined: no .env. */
  readonly env: string | undefined;
  /** Name of the Python environment; undefined: none. */
  readonly environment: string | undefined;
  readonly venv: string;
  readonly directory: string;
  readonly services: readonly Service[];
  /** undefined: it has none. */
  readonly hooks?: Hooks | undefined;
  readonly shared: readonly string[];
  /** `registry/repository@sha256:…`; undefined: it has none. */
  readonly image?: string | undefined;
  /** The words of nginx's site; undefined: it has none. */
  readonly site?: string | undefined;
};

/**
 * A hash of the variables that may lie beside them and be shown: one that is slow to make (scrypt, about 50 ms), so that values
 * cannot be guessed by trying. Not random: the same variables give the same release on every host. `sha256` is that of the file's bytes.
 */
export const envHash = (sha256: string): string =>
  scryptSync(sha256, 'landfall .env', 32, { N: 16_384, r: 8, p: 1 }).toString('hex');

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, canonical(one)]),
  );
};

/** sha256 in hex over all ingredients. Equal hashes, equal releases: nothing to do. */
export const releaseHash = (of: Ingredients): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(of)))
    .digest('hex');

/** `<sha7>-<hash4>`; more digits of the hash where `known` has that name for another release. */
export const releaseId = (
  commit: string,
  hash: string,
  known: readonly { readonly id: ReleaseId; readonly hash: string }[],
): ReleaseId => {
  const name = (digits: number): ReleaseId => `${commit.slice(0, 7)}-${hash.slice(0, digits)}`;
  const taken = (digits: number): boolean => known.some(({ id, hash: other }) => id === name(digits) && other !== hash);
  return name([4, 8, 16, 32].find((digits) => !taken(digits)) ?? 64);
};
