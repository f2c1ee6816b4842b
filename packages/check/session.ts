import { placeOf, schemeOf } from './address.ts';
import { cookiesFor, stored } from './cookies.ts';
import type { Cookie, Site } from './cookies.ts';
import { csrfToken } from './csrf.ts';
import type { CsrfNames } from './csrf.ts';
import type { HttpClient } from './http.ts';
import type { Hidden } from './placeholders.ts';

type Headers = Readonly<Record<string, string>>;

/** What checks that name the same session share. */
export type Session = {
  /** Sends the session's cookies along and keeps those that come back, also on each hop of a redirect. */
  readonly client: HttpClient;
  readonly cookies: (url: URL, headers: Headers) => readonly Cookie[];
  /** The CSRF token for this server and the page it comes from, or in words why there is none. */
  readonly token: (names: CsrfNames, url: URL, headers: Headers) => { value: string; page: string } | string;
  /** Cookies are as good as passwords while they live. */
  readonly hidden: () => readonly Hidden[];
};

/** Shorter values are words, not secrets; and hiding them would make an answer unreadable. */
const shortestSecret = 8;

/** A session with nothing in it. */
export const newSession = (client: HttpClient): Session => {
  let jar: readonly Cookie[] = [];
  let page: { readonly place: string; readonly address: string; readonly body: string } | undefined;
  const cookies = (url: URL, headers: Headers): readonly Cookie[] => cookiesFor(jar, siteOf(url, headers));
  return {
    cookies,
    client: async (request) => {
      const { url, headers, method } = request;
      const own = cookies(url, headers).map(({ name, value }) => `${name}=${value}`);
      const cookie = [...(headers.cookie === undefined ? [] : [headers.cookie]), ...own].join('; ');
      const outcome = await client(cookie === '' ? request : { ...request, headers: { ...headers, cookie } });
      if (!outcome.answered) return outcome;
      // the server's own clock, as far as it says it, judges its dates
      const now = Date.parse(outcome.headers.date ?? '') || 0;
      jar = stored(jar, siteOf(url, headers), outcome.setCookies, now);
      if (method === 'GET' && outcome.status < 300)
        page = { place: placeOf(url, headers), address: shown(url, headers), body: outcome.body };
      return outcome;
    },
    token: (names, url, headers) => {
      const here = page?.place === placeOf(url, headers) ? page : undefined;
      const value = csrfToken(names, cookies(url, headers), here?.body);
      return value === undefined
        ? `the session has no CSRF token: neither a cookie ${names.cookie}, nor a field ${names.field} in the page it saw last`
        : { value, page: here?.address ?? shown(url, headers) };
    },
    hidden: () =>
      jar
        .filter(({ value }) => value.length >= shortestSecret)
        .map(({ name, value }) => ({ as: `{cookie ${name}}`, value })),
  };
};

const siteOf = (url: URL, headers: Headers): Site => ({
  host: placeOf(url, headers),
  path: url.pathname,
  // to this machine itself nobody listens in
  secure: schemeOf(url, headers) === 'https' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname),
});

/** The address as a browser would have it. */
const shown = (url: URL, headers: Headers): string =>
  `${schemeOf(url, headers)}://${headers.host ?? url.host}${url.pathname}`;
