/** A whole address as it is; a path behind the base. */
export const absolute = (address: string, base: string | undefined): string | undefined =>
  /^https?:\/\//i.test(address) ? address : base === undefined ? undefined : base.replace(/\/+$/, '') + address;

/** The server that a request asks: its address, and the name in `Host` where that is another. Cookies and saved values belong to one. */
export const placeOf = (url: URL, headers: Readonly<Record<string, string>>): string =>
  headers.host === undefined || headers.host === url.host ? url.host : `${headers.host} at ${url.host}`;

/** Where a request goes, as saved values see it: they are sent to no other place. */
export const originOf = (url: URL, headers: Readonly<Record<string, string>>, inside: string | undefined): string =>
  `${url.protocol}//${placeOf(url, headers)}${inside === undefined ? '' : ` ${inside}`}`;

/** What lies behind the host is another place than what the runner sees, whatever its name. */
export const insideOf = ({
  from,
  socket,
}: {
  from: 'runner' | 'host';
  socket: string | undefined;
}): string | undefined =>
  from === 'runner' ? undefined : socket === undefined ? 'on the host' : `on the host’s ${socket}`;

/** The scheme as the application takes it: `X-Forwarded-Proto` says what a proxy in front would have been asked by. */
export const schemeOf = (url: URL, headers: Readonly<Record<string, string>>): 'http' | 'https' =>
  url.protocol === 'https:' || headers['x-forwarded-proto']?.toLowerCase() === 'https' ? 'https' : 'http';

/** Two addresses that differ only in what values were filled in: nothing of a value became a part of the structure. */
export const sameShape = (filled: URL, plain: URL): boolean =>
  filled.origin === plain.origin && filled.pathname.split('/').length === plain.pathname.split('/').length;
