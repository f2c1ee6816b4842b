import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { openRegistry } from '#registry';
import { startFront, type Front, type Meddling, type Seen } from '../lab/registry-front.ts';
import { login, startRegistry } from '../lab/registry.ts';
import { makeImage, type OciImage } from '../lab/oci-image.ts';
import { busyboxFiles } from '../lab/busybox.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { demand, demandWhole, playIn, type Play } from './play.ts';
import { prepareSite, type Site } from './site.ts';

type Place = Site & {
  /** Stands before the registry, on this machine's loopback: the host has no route to it. */
  readonly front: Front;
  /** What the front does from now on. */
  readonly spoil: (how: (seen: Seen) => Meddling | undefined) => void;
  readonly push: (image: OciImage) => Promise<void>;
  readonly nameOf: (image: OciImage) => string;
  readonly images: OciImage[];
};

const repository = 'team/app';

/** A binary that runs alone, a large layer, and a small one that says which it is. */
const makeApp = (big: Buffer, says: string): Promise<OciImage> => {
  const busybox = busyboxFiles().map(
    ([to, from]) => [to.slice(1), { bytes: readFileSync(from), mode: 0o755 }] as const,
  );
  return makeImage(
    [Object.fromEntries(busybox), { 'data/big': big }, { says: says, more: randomBytes(20_000) }],
    ['/bin/busybox', 'cat', '/says'],
  );
};

const deployOf = async (place: Place, image: OciImage, subject: string): Promise<StepEnd> => {
  place.commit(subject);
  const job = place.job();
  const more = {
    image: place.nameOf(image),
    'registry-username': login.username,
    'registry-password': login.password,
  };
  const end = await job.uses('deploy-over-ssh', place.deploy(more));
  await job.finish();
  if (end === undefined) throw new Error('the step was not run');
  return end;
};

const said = ({ log }: StepEnd): string => log.slice(-25).join('\n');

const demandDone = async (place: Place, end: StepEnd): Promise<void> => {
  demand(end.outputs['result'] === 'done', () => `the deploy is ${end.outputs['result'] ?? 'not'}: ${said(end)}`);
  await demandWhole(place, end.outputs['release'] ?? '');
};

/** Blobs that were asked of the registry, and how many bytes it has given, while something was done. */
const travelled = async (
  place: Place,
  what: () => Promise<void>,
): Promise<{ readonly bytes: number; readonly blobs: readonly string[] }> => {
  const [from, before] = [place.front.seen.length, place.front.given()];
  await what();
  const blobs = place.front.seen
    .slice(from)
    .filter(
      ({ method, path, headers }) =>
        method === 'GET' && path.includes('/blobs/') && headers.authorization !== undefined,
    )
    .map(({ path }) => path.split('/').at(-1) ?? '');
  return { bytes: place.front.given() - before, blobs: [...new Set(blobs)] };
};

/** The name by which the image is found on the host, and what the engine there calls it. */
const onHost = async (place: Place, image: OciImage): Promise<{ readonly name: string; readonly id: string }> => {
  const name = `${place.front.registry}/${repository}:${image.digest.replace(':', '-')}`;
  const id = await place.host.exec(`docker image inspect --format '{{.Id}}' ${name} 2>/dev/null || true`, 'deploy');
  return { name, id: id.trim() };
};

const big = randomBytes(6_000_000);

const refusedWith = async (place: Place, image: OciImage, code: string): Promise<void> => {
  const live = (await place.state()).current;
  const end = await deployOf(place, image, `Be refused with ${code}`);
  demand(end.outputs['result'] === 'refused', () => `the deploy is ${end.outputs['result'] ?? 'not'}: ${said(end)}`);
  demand(
    end.log.some((line) => line.includes(code)),
    () => `the log has no ${code}: ${said(end)}`,
  );
  demand((await onHost(place, image)).id === '', () => 'the host has the image all the same');
  await demandWhole(place, live);
};

const plays: readonly Play<Place>[] = [
  {
    name: 'O4: an image that the host cannot pull comes over SSH, and its digest is the built one (I1)',
    play: async (place) => {
      const image = await makeApp(big, 'one');
      place.images.push(image);
      await place.push(image);
      let end: StepEnd | undefined;
      const { bytes, blobs } = await travelled(place, async () => {
        end = await deployOf(place, image, 'With an image');
        await demandDone(place, end);
      });
      const { name, id } = await onHost(place, image);
      demand(id === image.config, () => `the engine calls it ${id}, and it was built as ${image.config}`);
      demand(blobs.length === 4, () => `blobs that travelled: ${blobs.join(' ')}`);
      const ran = await place.host.exec(`docker run --rm --network none ${name}`, 'deploy');
      demand(ran === 'one', () => `the image says ${ran}`);
      const told = await place.host.exec(
        `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep ^LANDFALL_IMAGE= | sort -u`,
      );
      demand(told.trim() === `LANDFALL_IMAGE=${name}`, () => `services are told ${told}`);
      const kept = await place.host.exec(`cat ${place.base}/current/RELEASE.json`);
      demand(kept.includes(place.nameOf(image)), () => `RELEASE.json does not name the image: ${kept}`);
      const names = await place.host.exec(`docker image inspect --format '{{.RepoTags}} {{.RepoDigests}}' ${name}`);
      demand(!names.includes('/landfall/'), () => `names that are left: ${names}`);
      const secrets = await place.host.exec(`grep -rlaF -e '${login.password}' /srv /home /root /tmp /var/log 2>/dev/null || true; find ${place.base}/.landfall/steps -name config.json`); // prettier-ignore
      demand(secrets.trim() === '', () => `a login is on the host: ${secrets}`);
      return `${bytes} bytes in ${blobs.length} blobs`;
    },
  },
  {
    name: 'O4: of a second image that changes one layer only that layer travels',
    play: async (place) => {
      const image = await makeApp(big, 'two');
      place.images.push(image);
      await place.push(image);
      const { bytes, blobs } = await travelled(place, async () => {
        await demandDone(place, await deployOf(place, image, 'With another image'));
      });
      const small = image.layers.at(-1);
      const wanted = new Set([small?.digest, image.config]);
      demand(blobs.length === 2 && blobs.every((one) => wanted.has(one as never)), () => `blobs that travelled: ${blobs.join(' ')}`); // prettier-ignore
      const most = (small?.size ?? 0) + 20_000;
      demand(bytes < most, () => `${bytes} bytes travelled, the layer has ${small?.size ?? 0}`);
      const { name, id } = await onHost(place, image);
      demand(id === image.config, () => `the engine calls it ${id}, and it was built as ${image.config}`);
      const ran = await place.host.exec(`docker run --rm --network none ${name}`, 'deploy');
      demand(ran === 'two', () => `the image says ${ran}`);
      return `${bytes} bytes of ${image.layers.reduce((sum, { size }) => sum + size, 0)}`;
    },
  },
  {
    name: 'an image that is there is not brought again',
    play: async (place) => {
      const [, image] = place.images;
      if (image === undefined) throw new Error('no image');
      const { blobs } = await travelled(place, async () => {
        await demandDone(place, await deployOf(place, image, 'With the same image'));
      });
      demand(blobs.length === 1 && blobs[0] === image.config, () => `blobs that travelled: ${blobs.join(' ')}`);
      return 'nothing but its configuration was read';
    },
  },
  {
    name: 'I1: a flipped byte in a layer: refused, nothing of it on the host, and what served serves',
    play: async (place) => {
      const image = await makeApp(big, 'flipped');
      await place.push(image);
      const small = image.layers.at(-1)?.digest ?? '';
      place.spoil(({ path }) => (path.endsWith(small) ? { flip: 5000 } : undefined));
      await refusedWith(place, image, 'IMAGE_DIFFERS');
      place.spoil(() => undefined);
      return small.slice(0, 19);
    },
  },
  {
    name: 'I1: a registry that gives another manifest under the digest, or none: refused, and what served serves',
    play: async (place) => {
      const [other] = place.images;
      const image = await makeApp(big, 'replaced');
      await place.push(image);
      const bytes = other?.blobs.get(other.digest)?.toString('utf8') ?? '';
      const headers = { 'content-type': image.root.mediaType, 'docker-content-digest': image.digest };
      place.spoil(({ path }) =>
        path.endsWith(`/manifests/${image.digest}`) ? { answer: { status: 200, headers, body: bytes } } : undefined,
      );
      await refusedWith(place, image, 'IMAGE_DIFFERS');
      place.spoil(() => undefined);
      await refusedWith(place, await makeApp(big, 'never pushed'), 'IMAGE_UNKNOWN');
      return 'both';
    },
  },
  {
    name: 'a rollback whose image is gone is refused before anything stops; with its image it goes',
    play: async (place) => {
      const [one, two] = place.images;
      if (one === undefined || two === undefined) throw new Error('no image');
      await demandDone(place, await deployOf(place, one, 'With the first image again'));
      const live = (await place.state()).current;
      const { name } = await onHost(place, two);
      const back = async (): Promise<StepEnd> => {
        const job = place.job();
        const end = await job.uses('rollback', { inputs: { ...place.access, to: 'previous' } });
        await job.finish();
        if (end === undefined) throw new Error('the step was not run');
        return end;
      };
      await place.host.exec(`docker tag ${name} kept:aside && docker rmi ${name}`);
      const refused = await back();
      demand(refused.outputs['result'] === 'refused', () => `the rollback is ${refused.outputs['result'] ?? 'not'}: ${said(refused)}`); // prettier-ignore
      demand(
        refused.log.some((line) => line.includes('IMAGE_UNKNOWN')),
        () => said(refused),
      );
      await demandWhole(place, live);
      await place.host.exec(`docker tag kept:aside ${name}`);
      const done = await back();
      demand(done.outputs['result'] === 'done', () => `the rollback is ${done.outputs['result'] ?? 'not'}: ${said(done)}`); // prettier-ignore
      await demandWhole(place, done.outputs['release'] ?? '');
      return `${live} stayed, then ${done.outputs['release'] ?? ''}`;
    },
  },
];

const prepare = async (site: Site): Promise<Place> => {
  const server = await startRegistry({ htpasswd: true });
  let how: (seen: Seen) => Meddling | undefined = () => undefined;
  const front = await startFront(server.port, (seen) => how(seen));
  const registry = openRegistry({
    // not by the front: what is pushed is not what is counted
    name: { registry: server.registry, repository },
    credentials: login,
    signal: AbortSignal.timeout(600_000),
    clock: { now: () => performance.now(), sleep: () => Promise.resolve() },
  });
  return {
    ...site,
    front,
    spoil: (by) => {
      how = by;
    },
    push: async (image) => {
      const pushed = await registry.push(image, ['latest']);
      if (!pushed.ok) throw new Error(`the push failed: ${pushed.fault.what}`);
    },
    nameOf: ({ digest }) => `${front.registry}/${repository}@${digest}`,
    images: [],
    end: async () => {
      registry.close();
      await front.close();
      await server.close();
      await site.end();
    },
  };
};

/** Images that come to a host with a Docker engine and no way to their registry. Acceptance O4, and I1 as to digests. */
export const images = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'images',
      show,
      prepare: async () =>
        prepare(await prepareSite({ dist, linger: false, manager: 'supervisor', engine: true, say: show })),
      about: ({ host, base }) =>
        host.exec(`cd ${base}/.landfall; sh status; docker images --digests; journalctl --no-pager -u docker | tail -n 20`, 'deploy'), // prettier-ignore
    },
    plays,
  );
