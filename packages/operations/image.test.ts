import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { must, ok } from '#fault';
import type { ImageFound } from '#remote';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import type { Answers } from '../../test/fakes/host.ts';
import { sceneOn, type FakeScene } from '../../test/fakes/scene.ts';
import { needing } from '../../test/lab/needs.ts';
import { makeImage, type OciImage } from '../../test/lab/oci-image.ts';
import { clientOf } from '../../test/lab/registry-client.ts';
import { login, startRegistry, type RegistryServer } from '../../test/lab/registry.ts';
import { bringImage, imageNotes, imageSteps } from './bring-image.ts';
import { fitImage, imageProblems, refuseImageGone } from './image.ts';

const digest = `sha256:${'0a'.repeat(32)}`;
const none = { image: undefined, username: undefined, password: undefined };

describe('the inputs', () => {
  const problems = (wish: Partial<Parameters<typeof imageProblems>[0]>, phase = 'deploy'): readonly string[] =>
    imageProblems({ ...none, ...wish }, phase).map(({ where, what }) => `${where}: ${what}`);

  test('a release needs no image; one that it has is named by its digest', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ image: `r.test/app@${digest}`, username: 'me', password: 'x' })).toEqual([]);
    expect(problems({ image: `r.test/app:v1@${digest}` }, 'prepare')).toEqual([]);
    expect(problems({ image: 'r.test/app:v1' })).toEqual([
      'input image: r.test/app:v1 names no digest: a tag may be another image tomorrow',
    ]);
    expect(problems({ image: 'r.test/App' })).toHaveLength(1);
    expect(problems({ image: `r.test/app@${digest}` }, 'switch')).toHaveLength(1);
    expect(problems({ username: 'me' })).toEqual([
      'input registry-password: a login of a registry is a user name and a password',
    ]);
    expect(problems({ password: 'secret-x' }).join('')).not.toContain('secret-x');
  });
});

const real = needing('docker-registry');

real.describe('an image on its way', () => {
  let server: RegistryServer;
  let image: OciImage;
  let name = '';
  beforeAll(async () => {
    server = await startRegistry({ htpasswd: true });
    image = await makeImage([{ one: 'x'.repeat(5000) }, { two: 'two' }]);
    const client = clientOf(server.registry, 'team/app', { credentials: login });
    must(await client.push(image, ['v1']));
    client.close();
    name = `${server.registry}/team/app@${image.digest}`;
  });
  afterAll(async () => {
    await server.close();
  });

  const looked = (over: Partial<ImageFound> = {}): ImageFound => ({
    engine: 'yes',
    platform: process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64',
    named: '',
    pulled: '',
    readable: false,
    layers: [],
    ...over,
  });
  const on = (found: ImageFound, more: Answers = {}): FakeScene =>
    sceneOn(fakeHost({ 'image-look': () => ok(found), ...more }));
  const wish = () => ({ image: name, ...login });

  test('is there, is named, is pulled or is carried, as the host has it', async () => {
    const ways: Readonly<Record<string, Partial<ImageFound>>> = {
      there: { named: image.config },
      // a newer engine calls it by its manifest
      named: { pulled: image.digest },
      pulled: { readable: true },
      carried: { named: digest },
    };
    for (const [way, over] of Object.entries(ways)) {
      const scene = on(looked(over));
      const { image: fit, problems } = await fitImage(scene, wish());
      expect([fit?.way, problems]).toEqual([way, []]);
      expect(imageSteps(scene, fit).map(({ call }) => call)).toMatchObject(
        way === 'there' ? [] : [{ program: 'image-pull', input: { from: way === 'carried' ? `127.0.0.1:0/landfall/app@${image.digest}` : name } }], // prettier-ignore
      );
      expect(imageNotes(fit)).toHaveLength(1);
      expect(scene.evidence.image).toBe(name);
      expect(fit?.record).toEqual({
        name,
        local: `${server.registry}/team/app:${image.digest.replace(':', '-')}`,
        ids: [image.digest, image.config],
      });
    }
    expect(await fitImage(on(looked()), none)).toEqual({ problems: [] });
  });

  test('keeps no connection to the registry while the rest of a deploy goes on', async () => {
    const front = createServer((socket) => {
      const to = connect(server.port, '127.0.0.1');
      socket
        .on('error', () => undefined)
        .pipe(to.on('error', () => undefined))
        .pipe(socket);
    });
    await new Promise<void>((resolve) => {
      front.listen(0, '127.0.0.1', resolve);
    });
    const at = `127.0.0.1:${(front.address() as AddressInfo).port}`;
    const { image: fit } = await fitImage(on(looked()), { ...wish(), image: name.replace(server.registry, at) });
    // ends only when nobody is connected any more
    await new Promise((resolve) => front.close(resolve));
    expect(fit?.way).toBe('carried');
  });

  test('says how much travels', async () => {
    const all = image.layers.reduce((sum, { size }) => sum + size, 0);
    const { image: whole } = await fitImage(on(looked()), wish());
    expect([whole?.bytes, whole?.layers]).toEqual([all, 2]);
    const first = whole?.bill.images[0]?.diffs.slice(0, 1) ?? [];
    const scene = on(looked({ layers: [first] }));
    const { image: part } = await fitImage(scene, wish());
    expect([part?.bytes, part?.layers]).toEqual([image.layers[1]?.size, 1]);
    expect(imageSteps(scene, part)[0]?.says).toMatch(/^carry .* over SSH: 1 layer, \d+ B$/);
  });

  test('is refused where the host cannot run it, with the line that mends it', async () => {
    const problemOf = async (over: Partial<ImageFound>): Promise<string> => {
      const { problems } = await fitImage(on(looked(over)), wish());
      return problems.map(({ what, next }) => `${what} → ${next ?? ''}`).join();
    };
    expect(await problemOf({ engine: 'missing' })).toMatch(/no docker .* → sudo apt-get install -y docker.io/);
    expect(await problemOf({ engine: 'refused' })).toMatch(/deploy may not ask .* → sudo usermod -aG docker deploy/);
    expect(await problemOf({ engine: 'down' })).toMatch(/does not answer → sudo systemctl start docker/);
    expect(await problemOf({ platform: 'linux/s390x' })).toMatch(
      /the host is linux\/s390x, and the image is made for linux\//,
    );
  });

  test('that the registry does not have, or not for this login, is told before anything is done', async () => {
    await expect(fitImage(on(looked()), { ...wish(), password: 'wrong' })).rejects.toMatchObject({
      fault: { code: 'REGISTRY_REFUSED' },
    });
    const gone = { ...wish(), image: `${server.registry}/team/app@${digest}` };
    await expect(fitImage(on(looked()), gone)).rejects.toMatchObject({ fault: { code: 'IMAGE_UNKNOWN' } });
  });

  test('that the host could not pull after all is carried; without forwarding that is told', async () => {
    const scene = on(looked({ readable: true }), { 'image-pull': () => fault('IMAGE_NOT_CARRIED', 'no space left') });
    const { image: fit } = await fitImage(scene, wish());
    await expect(bringImage(scene, fit)).rejects.toMatchObject({ fault: { code: 'SSH_FORWARD' } });
    expect(scene.host.ran()).toEqual(['image-look', 'image-pull']);
    expect(scene.shown.join('\n')).toContain('it is carried over SSH');
    await bringImage(scene, undefined);
    await bringImage(scene, fit && { ...fit, way: 'there' });
    expect(scene.host.ran()).toEqual(['image-look', 'image-pull']);
  });

  test('a release whose image is gone is refused; an engine that cannot be asked holds nothing up', async () => {
    const kept = { id: 'aaaaaaa-1111', image: { name, local: 'r.test/app:x', ids: [image.digest, image.config] } };
    await refuseImageGone(on(looked({ named: image.config })), kept);
    await refuseImageGone(sceneOn(fakeHost({})), { id: 'bbbbbbb-2222', image: undefined });
    for (const named of ['', digest])
      await expect(refuseImageGone(on(looked({ named })), kept)).rejects.toMatchObject({
        fault: { code: 'IMAGE_UNKNOWN', what: expect.stringContaining('aaaaaaa-1111') },
      });
    const blind = on(looked({ engine: 'down' }));
    await refuseImageGone(blind, kept);
    expect(blind.evidence.notes.map(({ text }) => text).join()).toMatch(/could not be seen: the Docker engine is down/);
  });
});
