import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;
type Entry = {
  readonly key: string;
  readonly version: string;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer;
  whole: boolean;
};

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

/** What Azure takes at the address of a blob, by the parameter `comp`. False: not so. */
const puts: Readonly<Record<string, (entry: Entry, body: Buffer, query: URLSearchParams) => boolean>> = {
  blob: (entry, body) => {
    entry.bytes = body;
    return true;
  },
  block: ({ blocks }, body, query) => {
    blocks.set(query.get('blockid') ?? '', body);
    return query.has('blockid');
  },
  blocklist: (entry, body) => {
    const named = [...body.toString('utf8').matchAll(/<Latest>([^<]*)<\/Latest>/g)].map(([, id = '']) => entry.blocks.get(id)); // prettier-ignore
    const known = named.filter((block) => block !== undefined);
    entry.bytes = Buffer.concat(known);
    return known.length === named.length;
  },
};

/** The token of a run: a JWT, whose claim `ac` says which scopes it may read (1) and write (2). BuildKit reads it; nobody verifies it. */
const tokenOf = (): string => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { ac: '[{"Scope":"refs/heads/main","Permission":3}]', nbf: now - 60, exp: now + 3600 };
  return `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
};

/**
 * GitHub's cache service as `@actions/cache` and BuildKit speak to it: version 2, twirp with JSON, and blobs at signed addresses that know
 * Put Blob, Put Block, Put Block List and Get Blob of Azure. An entry is seen when it is whole; what is asked for is found by key, then by
 * the newest with a prefix.
 */
export const startCacheService = async (): Promise<CacheService> => {
  const entries: Entry[] = [];
  const calls: string[] = [];
  let mood: 'well' | 'failing' | 'silent' | 'denying' = 'well';
  let url = '';
  const token = tokenOf();
  const blob = (at: number): string => `${url}/account/container/${at}?sig=secret`;
  const methods: Readonly<Record<string, (given: Json) => Json>> = {
    CreateCacheEntry: ({ key, version }) => {
      if (mood === 'denying') return { ok: false, message: 'cache write denied: the token may only read' };
      if (entries.some((one) => one.key === key && one.version === version)) return { ok: false };
      entries.push({
        key: String(key),
        version: String(version),
        blocks: new Map(),
        bytes: Buffer.alloc(0),
        whole: false,
      });
      return { ok: true, signed_upload_url: blob(entries.length - 1) };
    },
    FinalizeCacheEntryUpload: ({ key, version, size_bytes: size }) => {
      const at = entries.findLastIndex((one) => one.key === key && one.version === version);
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
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    const method = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(pathname)?.[1];
    calls.push(method ?? `${request.method ?? ''} blob`);
    if (mood === 'silent') return;
    if (mood === 'failing') {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"msg":"away"}');
      return;
    }
    if (method !== undefined) {
      if (request.headers.authorization !== `Bearer ${token}`) {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"msg":"no token"}');
        return;
      }
      const given = JSON.parse(body.toString('utf8')) as Json;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(methods[method]?.(given) ?? {}));
      return;
    }
    const entry = entries[Number(/^\/account\/container\/(\d+)$/.exec(pathname)?.[1])];
    const marks = { 'x-ms-request-id': '1', 'x-ms-version': String(request.headers['x-ms-version']) };
    if (entry === undefined || searchParams.get('sig') !== 'secret') response.writeHead(403, marks).end();
    else if (request.method === 'PUT') {
      const put = puts[searchParams.get('comp') ?? 'blob'];
      response.writeHead(put?.(entry, body, searchParams) === true ? 201 : 400, { ...marks, etag: '"x"', 'last-modified': new Date(0).toUTCString() }).end(); // prettier-ignore
    } else {
      const from = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['x-ms-range'] ?? request.headers.range));
      const part = from === null ? entry.bytes : entry.bytes.subarray(Number(from[1]), from[2] === '' ? undefined : Number(from[2]) + 1); // prettier-ignore
      response.writeHead(from === null ? 200 : 206, { ...marks, 'content-length': String(part.length) }).end(part);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    variables: { ACTIONS_CACHE_SERVICE_V2: 'true', ACTIONS_RESULTS_URL: `${url}/`, ACTIONS_RUNTIME_TOKEN: token },
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
