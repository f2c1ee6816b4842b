import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';

/** One request. A body that is a stream has its length among the headers. */
export type Sent = {
  readonly method: string;
  readonly url: URL;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable | Buffer;
  readonly signal: AbortSignal;
};

/** An answer; its body is not read yet, and must be read or destroyed. */
export type Received = {
  readonly status: number;
  /** By name in lower case; several of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
};

export type Http = {
  /** Rejects with Node's error where no answer comes, or with that of the body. Follows no redirect. */
  readonly send: (what: Sent) => Promise<Received>;
  readonly close: () => void;
};

/** How long a connection may be silent: ms. Registries hash what they were sent before they answer a PUT. */
const silence = { PUT: 300_000, other: 60_000 };

/**
 * Connections that are kept and used again, at most eight to a server. What HTTPS_PROXY and NO_PROXY say is heeded by Node itself, from 24.5
 * on; plain http, which is for loopback, goes by no proxy.
 */
export const openHttp = ({ ca }: { readonly ca?: string | undefined } = {}): Http => {
  const kept = { keepAlive: true, maxSockets: 8 };
  const plain = new http.Agent(kept);
  const secure = new https.Agent({
    ...kept,
    proxyEnv: process.env,
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  });
  return {
    send: ({ method, url, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const by = url.protocol === 'https:' ? https : http;
        const agent = url.protocol === 'https:' ? secure : plain;
        const sent = by.request(url, { method, agent, signal, headers: { 'user-agent': 'Landfall', ...headers } });
        sent.setTimeout(method === 'PUT' ? silence.PUT : silence.other, () => {
          sent.destroy(Object.assign(new Error('nothing came for too long'), { code: 'ETIMEDOUT' }));
        });
        sent.on('error', reject);
        sent.on('response', (answer) => {
          const joined = Object.entries(answer.headers).map(([name, value = '']) => [
            name,
            Array.isArray(value) ? value.join(', ') : value,
          ]);
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(joined) as Record<string, string>,
            body: answer,
          });
        });
        if (body === undefined || Buffer.isBuffer(body)) sent.end(body);
        else
          pipeline(body, sent, (error) => {
            if (error) reject(error);
          });
      }),
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
};
