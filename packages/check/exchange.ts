import type { Answer, HttpClient, HttpRequest, Unanswered } from './http.ts';

/** As many as browsers follow at most. */
const mostRedirects = 20;

/**
 * Sends a request and follows its redirects: 301 to 303 with GET (HEAD stays), 307 and 308 as it was (RFC 9110, 15.4).
 * The check's own headers, which may hold secrets, and its body do not go to another origin. One limit for all.
 */
export const follow = async (
  client: HttpClient,
  first: HttpRequest,
): Promise<{ readonly outcome: Answer | Unanswered; readonly url: URL }> => {
  let request = first;
  let left = first.limit;
  for (let hops = 0; ; hops++) {
    const outcome = await client({ ...request, limit: Math.max(1, left) });
    left -= outcome.ms;
    const next = outcome.answered ? redirected(request, outcome) : undefined;
    if (next === undefined) return { outcome, url: request.url };
    if (hops === mostRedirects) {
      return {
        outcome: { answered: false, why: `more than ${mostRedirects} redirects`, ms: outcome.ms },
        url: request.url,
      };
    }
    request = next;
  }
};

const redirected = (request: HttpRequest, answer: Answer): HttpRequest | undefined => {
  const { location } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return undefined;
  const { host } = request.headers;
  // Relative to the name that was asked for, which may be another than the address's; the address stays while the name does.
  const asked = host === undefined ? request.url : new URL(request.url.pathname, `${request.url.protocol}//${host}`);
  if (!URL.canParse(location, asked.href)) return undefined;
  const to = new URL(location, asked);
  if (!/^https?:$/.test(to.protocol)) return undefined;
  const home = to.origin === asked.origin;
  const { body, ...rest } = request;
  const keeps = answer.status >= 307 || request.method === 'HEAD' || request.method === 'GET';
  const own = Object.entries(request.headers).filter(([name]) => keeps || !name.startsWith('content-'));
  return {
    ...rest,
    url: home ? new URL(to.pathname + to.search, request.url) : to,
    method: keeps ? request.method : 'GET',
    headers: home ? Object.fromEntries(own) : {},
    ...(home && keeps && body !== undefined ? { body } : {}),
  };
};
