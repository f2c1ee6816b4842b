import type * as Library from '@actions/cache';
import type { Answer, Cache } from '#plan';
import { inTime } from './in-time.ts';

/** How long is waited: ms. `look`: for the service to say what it has. `carry`: for files to be brought or kept. */
export type Limits = { readonly look: number; readonly carry: number };

/** Parts of a download of 128 MiB: one that takes longer than this is given up. ms. */
const part = 60_000;
const service = 'the cache service';

/**
 * The runner's cache service by `@actions/cache`, which speaks both of its versions, packs by tar and zstd, and warns by itself of what
 * goes wrong. It is loaded by the first question. An archive is only unpacked when the service has said within seconds that it has it.
 */
export const cacheOf = ({ look, carry }: Limits = { look: 20_000, carry: 300_000 }): Cache => {
  const ask = async <T>(body: (library: typeof Library) => Promise<Answer<T>>): Promise<Answer<T>> => {
    try {
      const library = await import('@actions/cache');
      if (!library.isFeatureAvailable()) return { ok: false, final: true, why: 'the runner offers no cache service' };
      return await body(library);
    } catch (thrown) {
      return { ok: false, final: false, why: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  };
  return {
    restore: (paths, key, prefixes) =>
      ask(async (library) => {
        const restore = (options: { lookupOnly?: boolean }) =>
          library.restoreCache([...paths], key, [...prefixes], { ...options, segmentTimeoutInMs: part });
        const found = await inTime(look, service, restore({ lookupOnly: true }));
        return { ok: true, value: found === undefined ? undefined : await inTime(carry, service, restore({})) };
      }),
    keep: (paths, key) =>
      ask(async (library) => {
        const id = await inTime(carry, service, library.saveCache([...paths], key));
        return id === -1
          ? { ok: false, final: true, why: 'it was not taken; the lines above say why' }
          : { ok: true, value: undefined };
      }),
  };
};
