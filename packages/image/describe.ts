import type { Digest, PlatformImage } from '#plan';

/** What is read of descriptors. */
export type Content = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
};

type Manifest = {
  readonly config?: Content;
  readonly layers?: readonly Content[];
  readonly manifests?: readonly Content[];
};
type Config = {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null };
};

/** An image's platforms, and the labels of the first. */
export type Described = {
  readonly platforms: readonly PlatformImage[];
  readonly labels: Readonly<Record<string, string>>;
};

const nameOf = ({ os, architecture, variant }: NonNullable<Content['platform']>): string =>
  [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/');

/** Reads what an image is: a manifest, or an index of them; attestations in an index are no images. `read` gives the content of a digest, whole. */
export const describe = async (root: Content, read: (content: Content) => Promise<Buffer>): Promise<Described> => {
  const json = async (content: Content): Promise<unknown> => JSON.parse((await read(content)).toString('utf8'));
  const { manifests } = (await json(root)) as Manifest;
  const images = manifests?.filter(({ platform }) => platform?.os !== 'unknown') ?? [root];
  const platforms: PlatformImage[] = [];
  let labels: Described['labels'] | undefined;
  for (const image of images) {
    const { config, layers = [] } = (await json(image)) as Manifest;
    if (config === undefined) continue;
    const told = (await json(config)) as Config;
    labels ??= told.config?.Labels ?? {};
    const { os = 'unknown', architecture = 'unknown', variant } = told;
    platforms.push({
      platform: nameOf(image.platform ?? { os, architecture, ...(variant === undefined ? {} : { variant }) }),
      digest: image.digest,
      layers: layers.length,
      bytes: layers.reduce((sum, { size }) => sum + size, config.size),
    });
  }
  return { platforms, labels: labels ?? {} };
};
