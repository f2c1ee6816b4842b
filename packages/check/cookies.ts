/** A cookie, kept for the one host that set it. */
export type Cookie = {
  readonly name: string;
  readonly value: string;
  /** The server that set it, by address and name. */
  readonly host: string;
  readonly path: string;
  /** Only over TLS, or to this machine itself. */
  readonly secure: boolean;
};

/** Where a request goes, as cookies see it. */
export type Site = { readonly host: string; readonly path: string; readonly secure: boolean };

const most = 100;
const longest = 4096;

/**
 * The jar after an answer: RFC 6265, but stricter: a cookie goes to the host and port that set it and to no other, whatever
 * `Domain` says, and lives as long as the checks do unless it is deleted (`Max-Age` of 0 or less, `Expires` before `now`). Pure.
 */
export const stored = (
  jar: readonly Cookie[],
  site: Site,
  setCookies: readonly string[],
  now: number,
): readonly Cookie[] =>
  setCookies.reduce<readonly Cookie[]>((cookies, line) => {
    const read = parse(line, site);
    if (read === undefined) return cookies;
    const others = cookies.filter(
      ({ name, host, path }) => name !== read.name || host !== read.host || path !== read.path,
    );
    return over(line, now) ? others : [...others, read].slice(-most);
  }, jar);

/** The cookies that a request takes along; the longest path first. */
export const cookiesFor = (jar: readonly Cookie[], { host, path, secure }: Site): readonly Cookie[] =>
  jar
    .filter((cookie) => cookie.host === host && (secure || !cookie.secure) && below(path, cookie.path))
    .sort((a, b) => b.path.length - a.path.length);

const below = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);

const parse = (line: string, site: Site): Cookie | undefined => {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at).trim();
  const value = pair.slice(at + 1).trim();
  const sendable = /^[\x21-\x7e]*$/.test(name + value.replaceAll(' ', ''));
  if (at < 1 || name === '' || !sendable || line.length > longest) return undefined;
  const path = attribute(line, 'path');
  const folder = site.path.slice(0, site.path.lastIndexOf('/')) || '/';
  return {
    name,
    value,
    host: site.host,
    path: path?.startsWith('/') === true ? path : folder,
    secure: attribute(line, 'secure') !== undefined,
  };
};

const attribute = (line: string, name: string): string | undefined => {
  for (const part of line.split(';').slice(1)) {
    const [key = '', ...value] = part.split('=');
    if (key.trim().toLowerCase() === name) return value.join('=').trim();
  }
  return undefined;
};

const over = (line: string, now: number): boolean => {
  const age = attribute(line, 'max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  const expires = Date.parse(attribute(line, 'expires') ?? '');
  return !Number.isNaN(expires) && expires <= now;
};
