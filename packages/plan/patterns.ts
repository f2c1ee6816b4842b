import picomatch from 'picomatch';

// `dist/**` means all of dist: also `.vite/manifest.json`. A path without wildcards names a file, or a folder and all in it.
const options = { dot: true } as const;

/** Does a path of the checkout fit one of these patterns, or lie below a folder that fits? */
export const fits = (patterns: readonly string[]): ((path: string) => boolean) => {
  if (patterns.length === 0) return () => false;
  const matchers = patterns.flatMap((pattern) => [picomatch(pattern, options), picomatch(`${pattern}/**`, options)]);
  return (path) => matchers.some((matches) => matches(path));
};

/** The folder below which everything that fits a pattern lies; empty: the root. A pattern without wildcards is its own. */
export const rootOf = (pattern: string): string => {
  const { base, isGlob } = picomatch.scan(pattern);
  const folder = isGlob ? base : pattern;
  return folder === '.' ? '' : folder;
};
