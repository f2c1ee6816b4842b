import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { explain } from '#plan';
import { bodyLimit } from './http.ts';
import type { Answer, HttpClient, HttpRequest, Unanswered } from './http.ts';

/**
 * The HTTP client of the checks: a new connection for each request, closed after it; certificates are verified;
 * the whole exchange has one limit; reads at most {@link bodyLimit} bytes of a body.
 */
export const httpClient: HttpClient = (request) =>
  new Promise((resolve) => {
    const begun = performance.now();
    const passed = (): number => Math.round(performance.now() - begun);
    const no = (why: string): Unanswered => ({ answered: false, why, ms: passed() });
    let sent: http.ClientRequest;
    let done = false;
    const end = (outcome: Answer | Unanswered): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', cancel);
      resolve(outcome);
      sent.destroy();
    };
    const cancel = (): void => {
      end(no('cancelled'));
    };
    const timer = setTimeout(() => {
      end(no(`no answer from ${request.url.host} within ${Math.round(request.limit)} ms`));
    }, request.limit);
    try {
      sent = open(request);
    } catch (error) {
      clearTimeout(timer);
      resolve(no(explain(error, place(request.url))));
      return;
    }
    sent.on('error', (error) => {
      end(no(explain(error, place(request.url))));
    });
    sent.on('response', (response) => {
      read(response, (body, cut) => {
        end({
          answered: true,
          status: response.statusCode ?? 0,
          headers: joined(response.headers),
          setCookies: response.headers['set-cookie'] ?? [],
          body,
          cut,
          ms: passed(),
        });
      });
      response.on('error', () => {
        end(no(`${place(request.url)} broke off in the middle of its answer (status ${response.statusCode ?? 0})`));
      });
    });
    if (request.signal?.aborted === true) cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    sent.end(request.body);
  });

/** The request, begun. Throws where a header or the address cannot be sent. */
const open = ({ method, url, headers, body, over }: HttpRequest): http.ClientRequest => {
  const own: Record<string, string> = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'Landfall',
    ...(body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }),
  };
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const options = { method, headers: { ...own, ...given } };
  if (over !== undefined) {
    // without an agent, node writes even the usual port into Host unless it is told that it is the usual one
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const secure = (): TLSSocket => connect({ socket: over, host, ...serverName(given.host ?? url.host) });
    return url.protocol === 'https:'
      ? https.request(url, { ...options, defaultPort: 443, createConnection: secure })
      : http.request(url, { ...options, defaultPort: 80, createConnection: () => over });
  }
  if (url.protocol !== 'https:') return http.request(url, { ...options, agent: false });
  return https.request(url, { ...options, agent: false, ...serverName(given.host ?? url.host) });
};

/** The certificate has to be that of the name asked for, also where the address is an IP address. */
export const serverName = (host: string): { readonly servername?: string } => {
  const name = new URL(`https://${host}`).hostname;
  return isIP(name) === 0 && !name.startsWith('[') ? { servername: name } : {};
};

const read = (response: http.IncomingMessage, end: (body: string, cut: boolean) => void): void => {
  const parts: Buffer[] = [];
  let bytes = 0;
  const text = (): string => Buffer.concat(parts).subarray(0, bodyLimit).toString('utf8');
  response.on('data', (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    if (bytes > bodyLimit) end(text(), true);
  });
  response.on('end', () => {
    end(text(), false);
  });
};

const joined = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

/** `name:port`, as faults call a server. */
export const place = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
