import { Failure, must } from '#fault';
import type { Problem } from '#fault';
import type { Digest } from '#plan';
import { billOf, formatImageName, missingOf, openRegistry, parseImageName } from '#registry';
import type { Bill, ImageName, Registry } from '#registry';
import type { Release } from '#release';
import type { ImageFound } from '#remote';
import { loginProblems } from './login-problems.ts';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';

/** The image that a release runs, and the runner's login for its registry. */
export type ImageWish = {
  /** `registry/repository@sha256:…`; undefined: the release has none. */
  readonly image: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
};

/** A release without one. */
export const noImage: ImageWish = { image: undefined, username: undefined, password: undefined };

/** How it comes to be on the host: there by its name; there, and to be named; pulled by the host's engine; brought over SSH. */
export type Way = 'there' | 'named' | 'pulled' | 'carried';

/** An image on its way. */
export type ImageDesign = {
  /** What RELEASE.json keeps of it. */
  readonly record: NonNullable<Release['image']>;
  readonly digest: Digest;
  readonly way: Way;
  readonly bytes: number;
  readonly layers: number;
  readonly registry: Registry;
  readonly bill: Bill;
};

/** What it is, or what keeps the host from having it: for preflight. */
export type ImageFit = { readonly image?: ImageDesign; readonly problems: readonly Problem[] };

type Named = ImageName & { readonly digest: Digest };

const nameOf = (text: string): Named | undefined => {
  const { name } = parseImageName(text);
  return name?.digest === undefined ? undefined : { ...name, digest: name.digest };
};

/** What is wrong with the inputs. */
export const imageProblems = ({ image, username, password }: ImageWish, phase: string): readonly Problem[] => {
  const where = 'input image';
  const said = (what: string, next: string): Problem => ({ where, what, next });
  const form = 'like registry.example.org/team/app@sha256:…, which build-image gives as its output `image`';
  return [
    ...(image === undefined ? [] : parseImageName(image).problems.map((what) => said(what, `write it ${form}`))),
    ...(image === undefined || parseImageName(image).name === undefined || nameOf(image) !== undefined
      ? []
      : [said(`${image} names no digest: a tag may be another image tomorrow`, `write it ${form}`)]),
    ...(image === undefined || phase === 'deploy' || phase === 'prepare'
      ? []
      : [said(`a release gets its image when it is prepared, not in phase ${phase}`, 'leave image out here')]),
    ...loginProblems({ username, password }, { username: 'registry-username', password: 'registry-password' }),
  ];
};

/** What an engine may call it: the configuration's digest (classic store), or the manifest's or the index's (containerd's store). */
const idsOf = ({ digest, images }: Bill): readonly string[] => [
  ...new Set([digest, ...images.flatMap(({ config, manifest }) => [config, manifest])]),
];

const engineProblem = ({ engine }: ImageFound, { host }: Scene['target']): readonly Problem[] => {
  const where = `host ${host.name}`;
  const [user = 'deploy'] = host.name.split('@');
  if (engine === 'missing')
    return [{ where, what: 'there is no docker to run the image', next: 'sudo apt-get install -y docker.io' }];
  if (engine === 'refused')
    return [
      {
        where,
        what: `${user} may not ask the Docker engine`,
        next: `sudo usermod -aG docker ${user} (whoever may ask it is as good as root there)`,
      },
    ];
  return engine === 'down'
    ? [{ where, what: 'the Docker engine does not answer', next: 'sudo systemctl start docker' }]
    : [];
};

const platformProblem = ({ platform }: ImageFound, { images }: Bill, { host }: Scene['target']): readonly Problem[] => {
  const made = images.map((one) => one.platform);
  if (platform === '' || made.some((one) => one === undefined || one === platform)) return [];
  return [
    {
      where: `host ${host.name}`,
      what: `the host is ${platform}, and the image is made for ${made.join(', ')}`,
      next: `build it for ${platform}, too`,
    },
  ];
};

/**
 * Asks the registry what the image is made of, and the host what it has of it. Changes nothing.
 * Faults: REGISTRY_*, IMAGE_UNKNOWN, IMAGE_DIFFERS; what the host lacks is given as problems.
 */
export const fitImage = async (scene: Scene, { image, username, password }: ImageWish): Promise<ImageFit> => {
  const name = image === undefined ? undefined : nameOf(image);
  if (name === undefined) return { problems: [] };
  const { host, target, signal, clock, show } = scene;
  const { registry, repository, digest } = name;
  const text = formatImageName({ registry, repository, digest });
  const local = formatImageName({ registry, repository, tag: digest.replace(':', '-') });
  scene.evidence.image = text;
  const from = openRegistry({
    name,
    credentials: username === undefined || password === undefined ? undefined : { username, password },
    signal,
    clock,
    show,
  });
  // most images are not carried: what carries one asks anew
  const [bill, looked] = await Promise.all([
    billOf(from, { digest }).finally(from.close),
    host.run('image-look', { image: text, name: local }, { signal }),
  ]);
  const found = must(looked);
  const problems = [...engineProblem(found, target), ...platformProblem(found, bill, target)];
  const ids = idsOf(bill);
  const way: Way = ids.includes(found.named)
    ? 'there'
    : ids.includes(found.pulled)
      ? 'named'
      : found.readable
        ? 'pulled'
        : 'carried';
  const own = bill.images.find(({ platform }) => platform === found.platform) ?? bill.images[0];
  const missing =
    own === undefined || way === 'there' || way === 'named' ? { bytes: 0, layers: 0 } : missingOf(own, found.layers);
  return {
    image: { record: { name: text, local, ids: [...ids] }, digest, way, ...missing, registry: from, bill },
    problems,
  };
};

/** A release whose image is gone from the host cannot run. An engine that cannot be asked is told, and holds nothing up. Throws IMAGE_UNKNOWN. */
export const refuseImageGone = async (scene: Scene, { id, image }: Pick<Release, 'id' | 'image'>): Promise<void> => {
  if (image === undefined) return;
  const { host, signal } = scene;
  scene.evidence.image = image.name;
  const found = must(await host.run('image-look', { image: image.name, name: image.local }, { signal }));
  if (found.engine !== 'yes') {
    warn(scene, `whether the image of ${id} is still on the host could not be seen: the Docker engine is ${found.engine === 'down' ? 'down' : `${found.engine} for the deploy user`}`); // prettier-ignore
    return;
  }
  if (image.ids.includes(found.named)) return;
  throw new Failure({
    code: 'IMAGE_UNKNOWN',
    host: host.name,
    what: `the image of ${id}, ${image.name}, is no longer on the host`,
    said: found.named === '' ? [] : [`${image.local} is ${found.named} there now`],
    next: 'Deploy that commit again with this image: it is then brought anew.',
  });
};
