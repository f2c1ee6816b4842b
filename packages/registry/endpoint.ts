import { randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import type { Fault } from '#fault';
import { faultOf } from '#fault';
import { isDigest } from '#plan';
import type { Digest } from '#plan';
import type { Bill } from './bill.ts';
import type { Source } from './types.ts';

/** A registry that has one image, for one engine, out of another registry: nothing is stored, all is passed on as it comes. */
export type Endpoint = {
  /** Speaks HTTP over a connection. */
  readonly handle: (connection: Duplex) => void;
  /** What it asks for, `user:password` in base64: made for it alone, and worth nothing after it. */
  readonly auth: string;
  /** Bytes of blobs that were given, and which blobs were asked for. */
  readonly given: () => { readonly bytes: number; readonly blobs: readonly Digest[] };
  /** Why something could not be given. */
  readonly fault: () => Fault | undefined;
  readonly close: () => void;
};

/** The repository under which the image is found there. */
const place = (repository: string): string => `landfall/${repository.split('/').at(-1) ?? ''}`;

/**
 * Serves one image, read-only, to whoever has the login. Other users of the host can reach the port: they get 401.
 * What else is asked for, and what the image does not name, is 404.
 * @param patience ms in which a connection must ask something, whole, or is ended
 */
export const endpointFor = (
  registry: Pick<Source, 'name' | 'blob'>,
  bill: Pick<Bill, 'manifests' | 'blobs'>,
  patience = 30_000,
): Endpoint => {
  const auth = Buffer.from(`landfall:${randomBytes(32).toString('hex')}`).toString('base64');
  const wanted = Buffer.from(`Basic ${auth}`);
  const blobs: Digest[] = [];
  let bytes = 0;
  let fault: Fault | undefined;
  /** Connections, each with what ends it where nothing is asked. An HTTP server that does not listen itself keeps no list, and no time. */
  const waiting = new Map<Duplex, NodeJS.Timeout>();
  const wait = (connection: Duplex): void => {
    clearTimeout(waiting.get(connection));
    waiting.set(connection, setTimeout(() => connection.destroy(), patience).unref());
  };

  const knows = ({ headers }: http.IncomingMessage): boolean => {
    const given = Buffer.from(headers.authorization ?? '');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  };
  const giveBlob = async (digest: Digest, head: boolean, to: http.ServerResponse): Promise<void> => {
    const blob = bill.blobs.get(digest);
    if (blob === undefined) {
      to.writeHead(404).end();
      return;
    }
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': blob.size,
      'docker-content-digest': digest,
    };
    if (head) {
      to.writeHead(200, headers).end();
      return;
    }
    const stream = await registry.blob(blob);
    if (!stream.ok) {
      fault ??= stream.fault;
      to.writeHead(502).end();
      return;
    }
    blobs.push(digest);
    stream.value.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    to.writeHead(200, headers);
    pipeline(stream.value, to, (error) => {
      // the engine may go without having heard all; that is none of the registry's
      if (error && 'fault' in error) fault ??= faultOf(error);
    });
  };
  const server = http.createServer((asked, to) => {
    asked.resume();
    clearTimeout(waiting.get(asked.socket));
    to.once('close', () => {
      if (waiting.has(asked.socket)) wait(asked.socket);
    });
    const { method, url = '' } = asked;
    if (!knows(asked)) {
      to.writeHead(401, { 'www-authenticate': 'Basic realm="landfall"' }).end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      to.writeHead(405).end();
      return;
    }
    if (url === '/v2/') {
      to.writeHead(200, { 'docker-distribution-api-version': 'registry/2.0' }).end('{}');
      return;
    }
    const [kind, digest = ''] = url.startsWith(`/v2/${place(registry.name.repository)}/`)
      ? url.split('/').slice(-2)
      : [];
    if (kind === 'blobs' && isDigest(digest)) {
      void giveBlob(digest, method === 'HEAD', to);
      return;
    }
    const manifest = kind === 'manifests' && isDigest(digest) ? bill.manifests.get(digest) : undefined;
    if (manifest === undefined) {
      to.writeHead(404).end();
      return;
    }
    to.writeHead(200, {
      'content-type': manifest.mediaType,
      'content-length': manifest.size,
      'docker-content-digest': manifest.digest,
    }).end(method === 'HEAD' ? undefined : manifest.bytes);
  });
  return {
    handle: (connection) => {
      // a connection that is cut is not worth a word
      connection.on('error', () => undefined);
      wait(connection);
      connection.once('close', () => {
        clearTimeout(waiting.get(connection));
        waiting.delete(connection);
      });
      server.emit('connection', connection);
    },
    auth,
    given: () => ({ bytes, blobs: [...blobs] }),
    fault: () => fault,
    close: () => {
      for (const connection of waiting.keys()) connection.destroy();
    },
  };
};

/** The reference by which an engine asks an {@link Endpoint} at a port of its loopback. */
export const referenceAt = (port: number, { name }: Pick<Source, 'name'>, digest: Digest): string =>
  `127.0.0.1:${port}/${place(name.repository)}@${digest}`;

/** Lets programs of this machine ask an {@link Endpoint}, at a port of its loopback. */
export const listen = async (
  endpoint: Pick<Endpoint, 'handle' | 'close'>,
): Promise<{ readonly port: number; readonly close: () => void }> => {
  const server = createServer(endpoint.handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      endpoint.close();
    },
  };
};
