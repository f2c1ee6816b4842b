import type { Answer } from './github.ts';

/** The runner's cache service. Nothing throws; each call ends within minutes, and one that nobody answers within seconds. */
export type Cache = {
  /**
   * Brings files back as they were kept under this key, else under the newest key that begins with one of `prefixes`. Gives the
   * key that was found; undefined: none was. `paths` must be those that it was kept with.
   */
  readonly restore: (
    paths: readonly string[],
    key: string,
    prefixes: readonly string[],
  ) => Promise<Answer<string | undefined>>;
  /** Keeps files under a key that nothing is kept under yet. */
  readonly keep: (paths: readonly string[], key: string) => Promise<Answer<undefined>>;
};
