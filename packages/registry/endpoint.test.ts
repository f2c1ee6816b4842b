import { createServer, connect, type AddressInfo } from 'node:net';
import { request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { must } from '#fault';
import { needing } from '../../test/lab/needs.ts';
import { digestOf, makeImage, makeIndex, type OciImage } from '../../test/lab/oci-image.ts';
import { clientOf, type Client } from '../../test/lab/registry-client.ts';
import { startFront } from '../../test/lab/registry-front.ts';
import { startRegistry, type RegistryServer } from '../../test/lab/registry.ts';
import { whole } from './body.ts';
import { billOf, missingOf } from './bill.ts';
import { endpointFor, referenceAt, type Endpoint } from './endpoint.ts';

describe('what travels', () => {
  const layers = [10, 20, 30].map((size) => ({ mediaType: 'x', size, digest: digestOf(Buffer.from(`${size}`)) }));
  const diffs = ['a', 'b', 'c'].map((one) => digestOf(Buffer.from(one)));
  const of = { layers, diffs };

  test('is what lies above the longest beginning that an image there has, too', () => {
    expect(missingOf(of, [])).toEqual({ bytes: 60, layers: 3 });
    expect(missingOf(of, [['x'], diffs.slice(0, 1), diffs.slice(0, 2)])).toEqual({ bytes: 30, layers: 1 });
    expect(missingOf(of, [[...diffs, 'more']])).toEqual({ bytes: 0, layers: 0 });
    // a layer that lies on others is another one
    expect(missingOf(of, [[diffs[1] ?? '', diffs[2] ?? '']])).toEqual({ bytes: 60, layers: 3 });
  });
});

const real = needing('docker-registry');

real.describe('one image, served out of a registry', () => {
  let server: RegistryServer;
  let image: OciImage;
  let other: OciImage;
  let client: Client;
  let endpoint: Endpoint;
  let port = 0;
  const closes: (() => void)[] = [];
  beforeAll(async () => {
    server = await startRegistry();
    client = clientOf(server.registry, 'team/app');
    image = await makeImage([{ one: randomBytes(300_000) }, { two: 'two' }]);
    other = await makeImage([{ one: 'another' }]);
    for (const one of [image, other]) must(await client.push(one, ['v1']));
    endpoint = endpointFor(client, await billOf(client, image));
    const listener = createServer((socket) => {
      endpoint.handle(socket);
    });
    await new Promise<void>((resolve) => {
      listener.listen(0, '127.0.0.1', resolve);
    });
    port = (listener.address() as AddressInfo).port;
    closes.push(() => listener.close());
  });
  afterAll(async () => {
    endpoint.close();
    for (const close of closes) close();
    client.close();
    await server.close();
  });
  const ask = (
    path: string,
    { method = 'GET', auth = endpoint.auth } = {},
  ): Promise<{ status: number; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, agent: false, headers: { authorization: `Basic ${auth}` } }); // prettier-ignore
      asked.on('error', reject);
      asked.on('response', (answer) => {
        whole(answer, 1 << 20).then((body) => { resolve({ status: answer.statusCode ?? 0, body }); }, reject); // prettier-ignore
      });
      asked.end();
    });

  test('gives its manifest and its blobs, as an engine asks for them, and counts', async () => {
    const at = '/v2/landfall/app';
    expect(referenceAt(port, client, image.digest)).toBe(`127.0.0.1:${port}/landfall/app@${image.digest}`);
    expect((await ask('/v2/')).status).toBe(200);
    expect((await ask(`${at}/manifests/${image.digest}`)).body).toEqual(image.blobs.get(image.digest));
    for (const { digest } of image.layers)
      expect((await ask(`${at}/blobs/${digest}`)).body).toEqual(image.blobs.get(digest));
    expect(endpoint.given()).toEqual({
      bytes: image.layers.reduce((sum, { size }) => sum + size, 0),
      blobs: image.layers.map(({ digest }) => digest),
    });
    expect((await ask(`${at}/blobs/${image.config}`, { method: 'HEAD' })).status).toBe(200);
  });

  test('gives nobody else anything, and nothing else to anybody', async () => {
    const at = '/v2/landfall/app';
    const statuses = async (paths: readonly string[], how = {}): Promise<readonly number[]> =>
      Promise.all(paths.map(async (path) => (await ask(path, how)).status));
    const wrong = Buffer.from('landfall:guess').toString('base64');
    const theirs = [`/v2/`, `${at}/manifests/${image.digest}`, `${at}/blobs/${image.config}`];
    expect(await statuses(theirs, { auth: wrong })).toEqual([401, 401, 401]);
    expect(await statuses(theirs, { auth: `${endpoint.auth}x` })).toEqual([401, 401, 401]);
    expect(
      await statuses([
        `${at}/manifests/v1`,
        `${at}/manifests/${other.digest}`,
        `${at}/blobs/${other.config}`,
        `/v2/team/app/manifests/${image.digest}`,
        `/v2/_catalog`,
        `${at}/tags/list`,
        '/',
      ]),
    ).toEqual([404, 404, 404, 404, 404, 404, 404]);
    expect(await statuses([`${at}/manifests/${image.digest}`], { method: 'PUT' })).toEqual([405]);
    expect(await statuses([`${at}/manifests/${image.digest}`], { method: 'DELETE' })).toEqual([405]);
    // who speaks no HTTP ends only his own connection
    await new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port }, () => socket.write('\u0016\u0003\u0001 no http\r\n\r\n'));
      socket.on('error', () => undefined);
      socket.on('close', () => { resolve(); }); // prettier-ignore
      socket.resume();
    });
    expect((await ask('/v2/')).status).toBe(200);
  });

  test('ends a connection that asks nothing, or nothing whole, and all that are open when it is closed', async () => {
    const serving = endpointFor(client, await billOf(client, image), 50);
    const patient = endpointFor(client, await billOf(client, image));
    for (const [one, said] of [
      [serving, ''],
      [serving, 'GET /v2/ HTTP/1.1\r\nhost: x\r\n'],
      [patient, ''],
    ] as const) {
      const listener = createServer((socket) => {
        one.handle(socket);
        if (one === patient) one.close();
      });
      await new Promise<void>((resolve) => {
        listener.listen(0, '127.0.0.1', resolve);
      });
      const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1');
      socket.write(said);
      await new Promise((resolve) => socket.resume().once('close', resolve));
      listener.close();
    }
  });

  test('says why it could not give something', async () => {
    const [, layer] = image.layers;
    const front = await startFront(server.port, ({ path }) =>
      path.endsWith(layer?.digest ?? '') ? { flip: 20 } : undefined,
    );
    const spoilt = clientOf(front.registry, 'team/app');
    const serving = endpointFor(spoilt, await billOf(spoilt, image));
    const before = endpoint;
    endpoint = serving;
    await ask(`/v2/landfall/app/blobs/${layer?.digest ?? ''}`).catch(() => undefined);
    endpoint = before;
    expect(serving.fault()).toMatchObject({ code: 'IMAGE_DIFFERS' });
    serving.close();
    spoilt.close();
    await front.close();
  });

  test('an index is taken with all that it names; what is no image is none', async () => {
    const index = makeIndex([
      [image, { os: 'linux', architecture: 'amd64' }],
      [other, { os: 'unknown', architecture: 'unknown' }],
    ]);
    must(await client.push(index, []));
    const bill = await billOf(client, index);
    expect([...bill.manifests.keys()]).toEqual([image.digest, other.digest, index.digest]);
    expect(bill.images.map(({ config, diffs }) => [config, diffs.length])).toEqual([[image.config, 2]]);
    await expect(billOf(client, { digest: digestOf(Buffer.from('none')) })).rejects.toMatchObject({
      fault: { code: 'IMAGE_UNKNOWN' },
    });
  });
});
