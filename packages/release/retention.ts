import type { Kept, ReleaseId } from '#plan';

const week = 7 * 24 * 3600;

export type Shelf = {
  /** All complete releases on the host, with their age in seconds (since they were prepared). */
  readonly releases: readonly (Pick<Kept, 'id' | 'environment'> & { readonly age: number })[];
  /** Releases that were confirmed, the latest confirmation first. */
  readonly confirmed: readonly ReleaseId[];
  /** Releases that were opened for once, whatever came of it. */
  readonly opened: readonly ReleaseId[];
  /** What serves, what served before, and what an open transaction names. */
  readonly needed: readonly ReleaseId[];
  readonly environments: readonly string[];
  /** How many confirmed releases stay. */
  readonly keep: number;
};

export type Prunable = { readonly releases: readonly ReleaseId[]; readonly environments: readonly string[] };

/**
 * What may be deleted. The `keep` latest confirmed releases stay, and all that is needed. One that was prepared and never opened
 * stays for 7 days: an approval may be waiting. One that was opened and never confirmed goes. Environments go with their last release.
 */
export const prunable = ({ releases, confirmed, opened, needed, environments, keep }: Shelf): Prunable => {
  const staying = new Set([
    ...confirmed.filter((id) => releases.some((one) => one.id === id)).slice(0, keep),
    ...needed,
  ]);
  const waiting = ({ id, age }: { id: ReleaseId; age: number }): boolean =>
    !confirmed.includes(id) && !opened.includes(id) && age < week;
  const stays = releases.filter((one) => staying.has(one.id) || waiting(one));
  const used = new Set(stays.map(({ environment }) => environment));
  return {
    releases: releases.filter((one) => !stays.includes(one)).map(({ id }) => id),
    environments: environments.filter((environment) => !used.has(environment)),
  };
};
