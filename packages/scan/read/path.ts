import { posix } from 'node:path';
import type { Ground } from './results.ts';

/** Where jobs in containers see the workspace: https://docs.github.com/en/actions/reference/workflows-and-actions/dockerfile-support */
const inContainer = '/github/workspace';

const decoded = (uri: string): string => {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
};

/**
 * A path as a tool wrote it, relative to the workspace where it says so; else as it is, absolute or relative to where the tool ran. With `/` and
 * without `.` and needless `..`; the workspace itself is `.`.
 */
export const pathOf = (written: string, { root, relative }: Ground): string => {
  const slashed = written.trim().replaceAll('\\', '/');
  const path = posix.normalize(slashed === '' ? '.' : slashed);
  const base = [root, inContainer]
    .map((one) => posix.normalize(one.replaceAll('\\', '/')).replace(/(.)\/$/, '$1'))
    .find((one) => path === one || path.startsWith(`${one}/`));
  const inside = (base === undefined ? path : path.slice(base.length + 1)).replace(/(.)\/$/, '$1') || '.';
  if (base === undefined && !posix.isAbsolute(inside)) relative?.add(inside);
  return inside;
};

/** As {@link pathOf}, of a URI: `file:///…`, or relative, with escapes. Another scheme stays as it is. */
export const pathOfUri = (uri: string, ground: Ground): string =>
  /^[a-z][a-z0-9+.-]+:/i.test(uri) && !/^file:/i.test(uri)
    ? uri
    : pathOf(decoded(uri.replace(/^file:(\/\/[^/]*)?/i, '')).replace(/^\/([a-z]:\/)/i, '$1'), ground);
