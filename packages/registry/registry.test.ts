import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { must } from '#fault';
import { makeAuthority } from '../../test/lab/authority.ts';
import { needing } from '../../test/lab/needs.ts';
import { makeImage, makeIndex, digestOf } from '../../test/lab/oci-image.ts';
import { startFront, type Front, type Meddling, type Seen } from '../../test/lab/registry-front.ts';
import { login, startRegistry, type RegistryServer } from '../../test/lab/registry.ts';
import { startTokenServer } from '../../test/lab/token-server.ts';
import { whole } from './body.ts';
import { clientOf } from '../../test/lab/registry-client.ts';
import { layoutAt } from './layout.ts';

const real = needing('docker-registry');
const ends: (() => Promise<void>)[] = [];
const ended = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
  ends.push(one.close);
  return one;
};
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const front = async (
  registry: RegistryServer,
  meddle: (seen: Seen, nth: number) => Meddling | undefined,
): Promise<Front> => ended(await startFront(registry.port, meddle));

const files = (size = 1000): Record<string, Buffer> => ({ blob: randomBytes(size) });

let open: RegistryServer;
if (real.missing.length === 0) {
  beforeAll(async () => {
    open = await startRegistry();
  });
  afterAll(async () => {
    await open.close();
  });
}

real.describe('a registry that anybody may use', () => {
  test('takes an image, and gives it back by tag and by digest', async () => {
    const image = await makeImage([files(), files(200_000)]);
    const client = clientOf(open.registry, 'team/app');
    expect(must(await client.digestOf('v1'))).toBeUndefined();
    expect(must(await client.manifest(image.digest))).toBeUndefined();
    const pushed = must(await client.push(image, ['v1', 'latest']));
    expect(pushed).toEqual({
      digest: image.digest,
      blobs: 3,
      there: 0,
      bytes: [...image.blobs].reduce((sum, [of, bytes]) => (of === image.digest ? sum : sum + bytes.length), 0),
    });
    expect(must(await client.digestOf('latest'))).toBe(image.digest);
    const manifest = must(await client.manifest('v1'));
    expect(manifest?.digest).toBe(image.digest);
    expect(manifest?.bytes).toEqual(image.blobs.get(image.digest));
    for (const layer of manifest?.json.layers ?? [])
      expect(digestOf(await whole(must(await client.blob(layer)), 1 << 20))).toBe(layer.digest);
    const again = must(await client.push(image, ['v1']));
    expect([again.blobs, again.there, again.bytes]).toEqual([0, 3, 0]);
    client.close();
  });

  test('takes an index of several platforms, and sends only what is missing of the next image', async () => {
    const client = clientOf(open.registry, 'platforms');
    const shared = files(100_000);
    const one = await makeImage([shared, files()]);
    const other = await makeImage([shared, files()]);
    const index = makeIndex([
      [one, { os: 'linux', architecture: 'amd64' }],
      [other, { os: 'linux', architecture: 'arm64' }],
    ]);
    const pushed = must(await client.push(index, ['v1']));
    expect([pushed.digest, pushed.blobs]).toEqual([index.digest, 5]);
    expect(must(await client.manifest('v1'))?.json.manifests?.map(({ digest }) => digest)).toEqual([
      one.digest,
      other.digest,
    ]);
    const next = await makeImage([shared, files()]);
    const sent = must(await client.push(next, ['v2']));
    expect([sent.blobs, sent.there]).toEqual([2, 1]);
    client.close();
  });

  test('takes an image from a layout on disk, and refuses one that was changed there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'landfall-layout-'));
    try {
      const image = await makeImage([files(3000)]);
      image.write(folder);
      const client = clientOf(open.registry, 'layout');
      const layout = must(layoutAt(folder));
      expect(layout.root).toEqual(image.root);
      const [layer] = image.layers;
      const file = join(folder, 'blobs', 'sha256', layer?.digest.slice(7) ?? '');
      const bytes = readFileSync(file);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      const changed = await client.push(layout, ['v1']);
      expect(changed.ok ? '' : changed.fault.code).toBe('IMAGE_DIFFERS');
      expect(must(await client.digestOf('v1'))).toBeUndefined();
      image.write(folder);
      expect(must(await client.push(layout, ['v1'])).digest).toBe(image.digest);
      expect(layoutAt(join(folder, 'none'))).toMatchObject({ ok: false, fault: { code: 'IMAGE_DIFFERS' } });
      client.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('keeps artifacts of an image under the tag that stands in for the referrers API', async () => {
    const image = await makeImage([files()]);
    const client = clientOf(open.registry, 'artifacts');
    const artifact = { artifactType: 'application/vnd.example.evidence+json', bytes: Buffer.from('{"v":1}') };
    const early = await client.attach(image.digest, artifact);
    expect(early.ok ? '' : early.fault.code).toBe('IMAGE_UNKNOWN');
    must(await client.push(image, ['v1']));
    expect(must(await client.attached(image.digest, artifact.artifactType))).toEqual([]);
    const digest = must(await client.attach(image.digest, artifact));
    expect(must(await client.attach(image.digest, artifact))).toBe(digest);
    const other = { artifactType: 'application/spdx+json', bytes: Buffer.from('{}'), annotations: { of: 'tests' } };
    must(await client.attach(image.digest, other));
    expect(must(await client.attached(image.digest, artifact.artifactType))).toEqual([
      { ...artifact, digest, annotations: {} },
    ]);
    expect(must(await client.attached(image.digest, other.artifactType))).toMatchObject([other]);
    expect(must(await client.digestOf(image.digest.replace(':', '-')))).toBeDefined();
    client.close();
  });
});

real.describe('what is spoilt on the way', () => {
  test('an upload that is cut in the middle arrives all the same', async () => {
    const image = await makeImage([files(3_000_000)]);
    const left = [1_000_000, 2_500_000];
    const proxy = await front(open, ({ method }) => {
      const swallowAfter = method === 'PATCH' ? left.shift() : undefined;
      return swallowAfter === undefined ? undefined : { swallowAfter };
    });
    const client = clientOf(proxy.registry, 'cut/up');
    expect(must(await client.push(image, ['v1'])).digest).toBe(image.digest);
    expect(left).toEqual([]);
    client.close();
  });

  test.each([400, 404, 405, 416])(
    'an upload that the registry does not go on with (%i) is begun again',
    async (status) => {
      const image = await makeImage([files(3_000_000)]);
      let cut = 0;
      const proxy = await front(open, ({ method, path, headers }) => {
        if (method === 'PATCH' && Number(headers['content-length']) > 1_000_000) {
          // the registry takes no second part
          if (headers['content-range'] !== undefined) return { answer: { status, body: 'no' } };
          return (cut += 1) === 1 ? { swallowAfter: 1_000_000 } : undefined;
        }
        if (method === 'GET' && path.includes('/blobs/uploads/')) return { answer: { status: 204, headers: { range: '0-99999', location: path } } }; // prettier-ignore
        return undefined;
      });
      const client = clientOf(proxy.registry, `cut/${status}`);
      expect(must(await client.push(image, ['v1'])).digest).toBe(image.digest);
      expect(cut).toBe(2);
      expect(proxy.seen.filter(({ headers }) => headers['content-range'] !== undefined)).toHaveLength(1);
      client.close();
    },
  );

  test('an upload that was answered, but not heard, is not sent again', async () => {
    const image = await makeImage([files(30_000)]);
    let lost = 0;
    const proxy = await front(open, ({ method, path }) =>
      method === 'PUT' && path.includes('/blobs/') && (lost += 1) === 1 ? { cutAfter: -1 } : undefined,
    );
    const client = clientOf(proxy.registry, 'cut/answer');
    must(await client.push(image, ['v1']));
    expect(lost).toBe(2);
    client.close();
  });

  test('a download that is cut goes on where it broke off', async () => {
    const image = await makeImage([files(3_000_000)]);
    const [layer] = image.layers;
    if (layer === undefined) throw new Error('no layer');
    const direct = clientOf(open.registry, 'cut/down');
    must(await direct.push(image, ['v1']));
    direct.close();
    const cuts = [700_000, 900_000, 100];
    const proxy = await front(open, ({ path }) => {
      const cutAfter = path.includes('/blobs/') ? cuts.shift() : undefined;
      return cutAfter === undefined ? undefined : { cutAfter };
    });
    const client = clientOf(proxy.registry, 'cut/down');
    const bytes = await whole(must(await client.blob(layer)), 4 << 20);
    expect(digestOf(bytes)).toBe(layer.digest);
    expect(proxy.seen.map(({ headers }) => headers.range)).toEqual([undefined, undefined, expect.any(String), expect.any(String), expect.any(String)].slice(1)); // prettier-ignore
    expect(proxy.given()).toBeLessThan(layer.size + 10_000);
    client.close();
  });

  test('a flipped byte is never taken for the blob, nor for the manifest', async () => {
    const image = await makeImage([files(300_000)]);
    const [layer] = image.layers;
    if (layer === undefined) throw new Error('no layer');
    const direct = clientOf(open.registry, 'flip');
    must(await direct.push(image, ['v1']));
    direct.close();
    const proxy = await front(open, () => ({ flip: 250 }));
    const client = clientOf(proxy.registry, 'flip');
    await expect(whole(must(await client.blob(layer)), 4 << 20)).rejects.toMatchObject({
      fault: { code: 'IMAGE_DIFFERS', what: expect.stringContaining(layer.digest) },
    });
    for (const reference of ['v1', image.digest])
      expect(await client.manifest(reference)).toMatchObject({ ok: false, fault: { code: 'IMAGE_DIFFERS' } });
    const missing = await client.blob({ digest: digestOf(Buffer.from('none')), size: 4 });
    expect(missing).toMatchObject({ ok: false, fault: { code: 'IMAGE_UNKNOWN' } });
    client.close();
  });

  test('a tag that somebody else moves meanwhile is told', async () => {
    const [mine, theirs] = [await makeImage([files()]), await makeImage([files()])];
    const other = clientOf(open.registry, 'moved');
    must(await other.push(theirs, []));
    const proxy = await front(open, ({ method, path }) =>
      method === 'HEAD' && path.endsWith('/manifests/v1')
        ? { answer: { status: 200, headers: { 'docker-content-digest': theirs.digest } } }
        : undefined,
    );
    const client = clientOf(proxy.registry, 'moved');
    const pushed = await client.push(mine, ['v1']);
    expect(pushed).toMatchObject({ ok: false, fault: { code: 'IMAGE_DIFFERS', what: expect.stringContaining(theirs.digest) } }); // prettier-ignore
    client.close();
    other.close();
  });
});

real.describe('a registry that is busy or fails', () => {
  const answering = async (answers: Meddling['answer'][]): Promise<Front> =>
    front(open, () => {
      const answer = answers.shift();
      return answer === undefined ? undefined : { answer };
    });

  test('is waited for as long as it asks, then given up with what it said', async () => {
    const proxy = await answering([
      // the answer that tells that it speaks no TLS is none of http
      { status: 429, headers: { 'retry-after': '7' } },
      {
        status: 503,
        headers: { 'retry-after': 'Fri, 02 Jan 2026 12:00:30 GMT', date: 'Fri, 02 Jan 2026 12:00:00 GMT' },
      },
      { status: 429, headers: { 'ratelimit-reset': '9' } },
      { status: 502 },
    ]);
    const client = clientOf(proxy.registry, 'busy');
    expect(must(await client.digestOf('v1'))).toBeUndefined();
    expect(client.waits).toEqual([7000, 30_000, 9000, 4000]);
    expect(client.lines.join('\n')).toContain('answers with 429');
    client.close();

    const said = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}';
    const far = await answering([{ status: 429, headers: { 'retry-after': '3600' }, body: said }]);
    const impatient = clientOf(far.registry, 'busy');
    expect(await impatient.manifest('v1')).toMatchObject({
      ok: false,
      fault: {
        code: 'REGISTRY_BUSY',
        what: expect.stringMatching(/429.* 1 h/),
        said: ['TOOMANYREQUESTS: You have reached your pull rate limit.'],
      },
    });
    expect(impatient.waits).toEqual([]);
    impatient.close();
  });

  test('that goes on failing is unreachable, and so is one that is not there', async () => {
    const proxy = await front(open, () => ({ answer: { status: 500, body: 'out of order' } }));
    const client = clientOf(proxy.registry, 'fails', { patience: 5000 });
    expect(await client.digestOf('v1')).toMatchObject({
      ok: false,
      fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringContaining('500') },
    });
    expect(client.waits).toEqual([500, 1000, 2000]);
    client.close();
    await proxy.close();
    const gone = clientOf(proxy.registry, 'fails', { patience: 2000 });
    expect(await gone.digestOf('v1')).toMatchObject({
      ok: false,
      fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringContaining('nothing listens there') },
    });
    gone.close();
  });

  test('a cancel ends the wait', async () => {
    const proxy = await front(open, () => ({ answer: { status: 429, headers: { 'retry-after': '30' } } }));
    const stop = new AbortController();
    const sleep = (): Promise<void> => {
      stop.abort();
      return Promise.resolve();
    };
    const client = clientOf(proxy.registry, 'x', { signal: stop.signal, clock: { now: () => 0, sleep } });
    expect(await client.digestOf('v1')).toMatchObject({ ok: false, fault: { code: 'CANCELLED' } });
    client.close();
  });
});

real.describe('logins', () => {
  const refusedBy = async (of: ReturnType<typeof clientOf>): Promise<string> => {
    const answer = await of.digestOf('v1');
    if (answer.ok) throw new Error('it was let in');
    const { code, what, said, next } = answer.fault;
    return [code, what, ...said, next].join('\n');
  };

  test('by user name and password; a wrong one is told without the password', async () => {
    const server = ended(await startRegistry({ htpasswd: true }));
    const image = await makeImage([files()]);
    const client = clientOf(server.registry, 'app', { credentials: login });
    expect(must(await client.push(image, ['v1'])).digest).toBe(image.digest);
    client.close();
    const seen = await front(server, () => undefined);
    const wrong = clientOf(seen.registry, 'app', { credentials: { ...login, password: 'wrong-secret' } });
    const told = await refusedBy(wrong);
    expect(told).toContain('REGISTRY_REFUSED');
    expect(told).toContain('user name ship');
    expect(told).toContain(seen.registry);
    expect(told + wrong.lines.join('')).not.toMatch(/wrong-secret|c2hpcDp/);
    // once without the login, once with it: registries lock out who tries more often
    expect(seen.seen.length).toBe(2);
    wrong.close();
  });

  test('of Docker’s configuration file, where none is given', async () => {
    const server = ended(await startRegistry({ htpasswd: true }));
    const folder = mkdtempSync(join(tmpdir(), 'landfall-docker-'));
    const before = process.env['DOCKER_CONFIG'];
    process.env['DOCKER_CONFIG'] = folder;
    try {
      const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
      const config = join(folder, 'config.json');
      writeFileSync(config, JSON.stringify({ auths: { [server.registry]: { auth } } }));
      const client = clientOf(server.registry, 'app');
      expect(must(await client.digestOf('v1'))).toBeUndefined();
      client.close();
      writeFileSync(config, JSON.stringify({ auths: { [server.registry]: {} }, credsStore: 'pass' }));
      const helped = clientOf(server.registry, 'app');
      expect(await refusedBy(helped)).toMatch(/credential helper pass, which is not asked/);
      helped.close();
    } finally {
      if (before === undefined) delete process.env['DOCKER_CONFIG'];
      else process.env['DOCKER_CONFIG'] = before;
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('by tokens: for reading anybody’s, for writing only those of who may', async () => {
    const tokens = ended(await startTokenServer());
    const server = ended(await startRegistry({ token: tokens }));
    const image = await makeImage([files()]);
    const client = clientOf(server.registry, 'app', { credentials: login });
    expect(must(await client.push(image, ['v1'])).digest).toBe(image.digest);
    // the registry names the two rights in an order of chance (a map of Go's)
    expect(new Set(tokens.asked.map(([scope, user]) => `${user} ${scope.replace('push,pull', 'pull,push')}`))).toEqual(
      new Set(['ship repository:app:pull', 'ship repository:app:pull,push']),
    );
    client.close();
    const anybody = clientOf(server.registry, 'app');
    expect(must(await anybody.digestOf('v1'))).toBe(image.digest);
    const pushed = await anybody.push(await makeImage([files()]), ['v2']);
    expect(pushed).toMatchObject({ ok: false, fault: { code: 'REGISTRY_REFUSED' } });
    anybody.close();
    const wrong = clientOf(server.registry, 'app', { credentials: { ...login, password: 'wrong-secret' } });
    expect(await refusedBy(wrong)).toMatch(/does not accept the login of ship .*401\)\nincorrect username or password/);
    wrong.close();
  });

  test('a token that has ended is replaced; one that is never taken is told', async () => {
    const tokens = ended(await startTokenServer());
    const server = ended(await startRegistry({ token: tokens }));
    const challenge = `Bearer realm="${tokens.realm}",service="${tokens.service}",scope="repository:app:pull"`;
    const over = await front(server, (_, nth) =>
      nth === 3 ? { answer: { status: 401, headers: { 'www-authenticate': challenge } } } : undefined,
    );
    const client = clientOf(over.registry, 'app', { credentials: login });
    expect(must(await client.digestOf('v1'))).toBeUndefined();
    expect(must(await client.digestOf('v1'))).toBeUndefined();
    expect([over.seen.length, tokens.asked.length]).toEqual([4, 2]);
    client.close();
    const old = ended(await startTokenServer({ seconds: -3600 }));
    const strict = ended(await startRegistry({ token: old }));
    const late = clientOf(strict.registry, 'app', { credentials: login });
    expect(await refusedBy(late)).toContain('does not let ship read app');
    expect(old.asked.length).toBe(1);
    late.close();
  });

  test('go nowhere else: not where a registry sends on to', async () => {
    const server = ended(await startRegistry({ htpasswd: true }));
    const image = await makeImage([files()]);
    const [layer] = image.layers;
    if (layer === undefined) throw new Error('no layer');
    const store = ended(
      await startFront(server.port, () => ({
        answer: { status: 200, body: image.blobs.get(layer.digest)?.toString('latin1') ?? '' },
      })),
    );
    const proxy = await front(server, ({ path }) =>
      path.includes(layer.digest)
        ? { answer: { status: 307, headers: { location: `http://${store.registry}/signed?by=store` } } }
        : undefined,
    );
    const client = clientOf(proxy.registry, 'app', { credentials: login });
    must(await client.digestOf('v1'));
    must(await client.blob(layer)).destroy();
    expect(proxy.seen.some(({ headers }) => headers.authorization !== undefined)).toBe(true);
    expect(store.seen.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/signed?by=store', undefined],
    ]);
    client.close();
    const away = await front(server, () => ({ answer: { status: 307, headers: { location: 'http://store.test/x' } } }));
    const leaving = clientOf(away.registry, 'app', { credentials: login });
    expect(await leaving.blob(layer)).toMatchObject({ ok: false, fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringContaining('not encrypted') } }); // prettier-ignore
    leaving.close();
  });
});

test('an address that is none, and an answer without end, are the registry’s fault', async () => {
  const odd = ended(
    await startFront(1, ({ path }) => {
      if (path === '/v2/') return { answer: { status: 200 } };
      if (path.endsWith('/manifests/long')) return { answer: { status: 200, body: ' '.repeat((4 << 20) + 1) } };
      return { answer: { status: 307, headers: { location: 'http://[' } } };
    }),
  );
  const client = clientOf(odd.registry, 'app');
  expect(await client.manifest('gone')).toMatchObject({ ok: false, fault: { code: 'REGISTRY_UNREACHABLE', said: ['http://['] } }); // prettier-ignore
  expect(await client.manifest('long')).toMatchObject({ ok: false, fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringContaining('is longer than 4194304 bytes') } }); // prettier-ignore
  expect(odd.seen.filter(({ path }) => path.endsWith('long'))).toHaveLength(1);
  client.close();
});

test.each([
  ['no time at all', { 'retry-after': '0' }],
  ['a time that is over', { date: 'Fri, 02 Jan 2026 12:00:00 GMT', 'retry-after': 'Fri, 02 Jan 2026 11:00:00 GMT' }],
])('a registry that is busy and asks for %s is not hammered, and given up', async (_, headers) => {
  const hasty = ended(
    await startFront(1, (_seen, nth) => ({ answer: nth <= 20 ? { status: 429, headers } : { status: 404 } })),
  );
  const client = clientOf(hasty.registry, 'app', { patience: 5000 });
  expect(await client.digestOf('v1')).toMatchObject({
    ok: false,
    fault: { code: 'REGISTRY_BUSY', what: `${hasty.registry} answers with 429, too many requests` },
  });
  expect(client.waits).toEqual([500, 1000, 2000]);
  client.close();
});

test.each([
  [400, '{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}', /Look at what .* said.* whether it allows/], // prettier-ignore
  [405, '', /gave no reason.* its log.* whether it allows/],
  [413, '<html>413</html>', /client_max_body_size/],
])('what a registry refuses with %i is not blamed on the login', async (status, body, next) => {
  const strict = ended(await startFront(1, ({ method }) => ({ answer: { status: method === 'PUT' ? status : 200, body, headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' } } }))); // prettier-ignore
  for (const credentials of [login, undefined]) {
    const client = clientOf(strict.registry, 'app', { credentials });
    const pushed = await client.push(await makeImage([files()]), []);
    expect(pushed).toMatchObject({
      ok: false,
      fault: { code: 'REGISTRY_REFUSED', what: `${strict.registry} refused PUT of app with ${status}` },
    });
    const told = pushed.ok ? '' : pushed.fault.next;
    expect(told).toMatch(next);
    expect(told).not.toMatch(/password|user name/);
    client.close();
  }
});

test.each([
  ['a login', login, /repository’s name.*the user ship may/],
  ['no login', undefined, /user name and a password.*repository’s name/],
])('a repository that is not there, or hidden, is told so with %s', async (_, credentials, next) => {
  const none = ended(
    await startFront(1, ({ method }) => ({ answer: { status: 404, ...(method === 'HEAD' ? {} : { body: 'no such project' }) } })), // prettier-ignore
  );
  const client = clientOf(none.registry, 'app', { credentials });
  expect(await client.push(await makeImage([files()]), ['v1'])).toMatchObject({
    ok: false,
    fault: { code: 'REGISTRY_REFUSED', said: ['no such project'], next: expect.stringMatching(next) },
  });
  client.close();
});

test('a token that a registry repeats is not told', async () => {
  const token = 'a-token-that-was-given';
  const odd = ended(
    await startFront(1, ({ path, headers }) => {
      if (path === '/v2/') return { answer: { status: 200 } };
      if (path.startsWith('/token')) return { answer: { status: 200, body: JSON.stringify({ token }) } };
      const realm = `http://${String(headers.host)}/token`;
      return headers.authorization === undefined
        ? { answer: { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } } }
        : { answer: { status: 403, body: `denied: ${headers.authorization}` } };
    }),
  );
  const client = clientOf(odd.registry, 'app');
  expect(await client.manifest('v1')).toMatchObject({ ok: false, fault: { code: 'REGISTRY_REFUSED', said: ['denied: Bearer ***'] } }); // prettier-ignore
  client.close();
});

needing('docker-registry', 'openssl').describe('certificates', () => {
  test('of an authority of one’s own are trusted when it is given, and else told in words', async () => {
    const tls = makeAuthority(['localhost']);
    const server = ended(await startRegistry({ tls }));
    const image = await makeImage([files()]);
    const client = clientOf(server.registry, 'app', { ca: tls.authority });
    expect(must(await client.push(image, ['v1'])).digest).toBe(image.digest);
    client.close();
    const stranger = clientOf(server.registry, 'app');
    expect(await stranger.digestOf('v1')).toMatchObject({
      ok: false,
      fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringMatching(/signed by an authority that is not known here/) }, // prettier-ignore
    });
    expect(stranger.waits).toEqual([]);
    stranger.close();
    const named = clientOf(`127.0.0.1:${server.port}`, 'app', { ca: tls.authority });
    expect(await named.digestOf('v1')).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('was made for other names') },
    });
    named.close();
  });
});
