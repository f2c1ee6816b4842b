import picomatch from 'picomatch';

/** As Go's filepath.Match and Docker's `**` have it: no braces, no further globs. */
const form = { dot: true, nobrace: true, noextglob: true, nonegate: true } as const;

/**
 * Which files of a context a build sees, by the content of its `.dockerignore`: the last line that a file, or a folder above it,
 * matches decides. Paths are relative to the context. Pure.
 */
export const seenBy = (ignore: string): ((path: string) => boolean) => {
  const rules = ignore
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .flatMap((line) => {
      const keeps = line.startsWith('!');
      const pattern = (keeps ? line.slice(1).trim() : line).replace(/^\.?\/+|\/+$/g, '');
      return pattern === '' ? [] : [{ keeps, fits: picomatch(pattern, form) }];
    });
  return (path) => {
    const parts = path.split('/');
    const above = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    return rules.reduce((seen, { keeps, fits }) => (above.some((one) => fits(one)) ? keeps : seen), true);
  };
};
