import type { Duplex } from 'node:stream';
import type { Result } from '#fault';
import type { Inside } from '#host';
import type { HttpClient } from './http.ts';

/** Opens a connection from the host to something inside it. */
export type Reach = (to: Inside, signal?: AbortSignal) => Promise<Result<Duplex>>;

/** The HTTP client over connections that the host makes: to the address of the request, or to a Unix socket there. */
export const throughHost =
  (client: HttpClient, reach: Reach, now: () => number, socket?: string): HttpClient =>
  async (request) => {
    const { url, limit, signal } = request;
    const begun = now();
    const passed = (): number => Math.round(now() - begun);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const opened = await reach(socket === undefined ? { host, port } : { socket }, signal);
    if (!opened.ok) {
      const { what, said, next } = opened.fault;
      return { answered: false, why: `${what} (${said.join('; ')}). ${next}`, ms: passed() };
    }
    const over = opened.value;
    // also after the answer: an 'error' that nobody hears ends the process
    over.on('error', () => undefined);
    const spent = passed();
    const outcome = await client({ ...request, over, limit: Math.max(1, limit - spent) });
    over.destroy();
    return { ...outcome, ms: outcome.ms + spent };
  };
