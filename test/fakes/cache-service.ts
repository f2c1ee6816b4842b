import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;
type Entry = { readonly key: string; readonly version: string; bytes: Buffer; whole: boolean };

export type CacheService = {
  /** What the runner sets for a step that may use it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keys that files are kept under, oldest first. */
  readonly keys: () => readonly string[];
  /** Methods that were called, and blobs that were put or got. */
  readonly calls: string[];
  /** How it answers from now on. */
  readonly mood: (mood: 'well' | 'failing' | 'silent' | 'denying') => void;
  readonly close: () => Promise<void>;
};

/**
 * GitHub's cache service as `@actions/cache` speaks to it: version 2, twirp with JSON, and blobs at signed addresses that take the
 * Put Blob of Azure. An entry is seen when it is whole; what is asked for is found by key, then by the newest with a prefix.
 */
export const startCacheService = async (): Promise<CacheService> => {
  const entries: Entry[] = [];
  const calls: string[] = [];
  let mood: 'well' | 'failing' | 'silent' | 'denying' = 'well';
  let url = '';
  const blob = (at: number): string => `${url}/account/container/${at}?sig=secret`;
  const methods: Readonly<Record<string, (given: Json) => Json>> = {
    CreateCacheEntry: ({ key, version }) => {
      if (mood === 'denying') return { ok: false, message: 'cache write denied: the token may only read' };
      if (entries.some((one) => one.key === key && one.version === version)) return { ok: false };
      entries.push({ key: String(key), version: String(version), bytes: Buffer.alloc(0), whole: false });
      return { ok: true, signed_upload_url: blob(entries.length - 1) };
    },
    FinalizeCacheEntryUpload: ({ key, size_bytes: size }) => {
      const at = entries.findLastIndex((one) => one.key === key);
      const entry = entries[at];
      if (entry?.bytes.length !== Number(size)) return { ok: false, message: 'the blob has another size' };
      entry.whole = true;
      return { ok: true, entry_id: String(at + 1) };
    },
    GetCacheEntryDownloadURL: ({ key, restore_keys: prefixes, version }) => {
      const fit = entries.filter((one) => one.whole && one.version === version);
      const found =
        fit.find((one) => one.key === key) ??
        ((prefixes ?? []) as readonly string[])
          .map((prefix) => fit.findLast((one) => one.key.startsWith(prefix)))
          .find((one) => one !== undefined);
      return found === undefined
        ? { ok: false }
        : { ok: true, signed_download_url: blob(entries.indexOf(found)), matched_key: found.key };
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname } = new URL(request.url ?? '', url);
    const method = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(pathname)?.[1];
    calls.push(method ?? `${request.method ?? ''} blob`);
    if (mood === 'silent') return;
    if (mood === 'failing') {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"msg":"away"}');
      return;
    }
    if (method !== undefined) {
      if (request.headers.authorization !== 'Bearer runtime') {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"msg":"no token"}');
        return;
      }
      const given = JSON.parse(body.toString('utf8')) as Json;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(methods[method]?.(given) ?? {}));
      return;
    }
    const entry = entries[Number(/^\/account\/container\/(\d+)$/.exec(pathname)?.[1])];
    if (entry === undefined) response.writeHead(404).end();
    else if (request.method === 'PUT') {
      entry.bytes = body;
      response.writeHead(201, { etag: '"x"', 'last-modified': new Date(0).toUTCString() }).end();
    } else response.writeHead(200, { 'content-length': String(entry.bytes.length) }).end(entry.bytes);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    variables: { ACTIONS_CACHE_SERVICE_V2: 'true', ACTIONS_RESULTS_URL: `${url}/`, ACTIONS_RUNTIME_TOKEN: 'runtime' },
    keys: () => entries.filter(({ whole }) => whole).map(({ key }) => key),
    calls,
    mood: (next) => {
      mood = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
