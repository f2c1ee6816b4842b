import { Failure, must } from '#fault';
import type { Digest, PlatformImage } from '#plan';
import { whole } from './body.ts';
import { differs, unknown } from './faults.ts';
import type { Descriptor, Source } from './types.ts';
import { walk } from './walk.ts';
import type { Content, Named } from './walk.ts';

/** One image of a platform, as an engine runs it. */
export type Runnable = {
  /** `os/architecture`; undefined: the image does not say. */
  readonly platform: string | undefined;
  /** Of the architecture: `v7`. */
  readonly variant: string | undefined;
  readonly manifest: Digest;
  /** What a classic engine calls it. */
  readonly config: Digest;
  readonly layers: readonly Descriptor[];
  /** The layers by the digests of what they hold, as engines know them. */
  readonly diffs: readonly Digest[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes of layers and configuration as they travel. */
  readonly bytes: number;
};

/** All that an image is made of, proven from its digest on. */
export type Bill = Content & {
  readonly digest: Digest;
  readonly images: readonly Runnable[];
};

const configLimit = 8 << 20;

type Config = {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly rootfs?: { readonly diff_ids?: readonly Digest[] };
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
};

const mustRead = async (source: Source, of: Descriptor): Promise<Config> => {
  const blob = must(await source.blob(of));
  try {
    const config = JSON.parse((await whole(blob, configLimit)).toString('utf8')) as Config | null;
    if (typeof config === 'object' && config !== null) return config;
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
  }
  throw differs(`the configuration ${of.digest} of the image is none`);
};

/**
 * Reads what an image is made of. What buildx lays beside images in an index (attestations, of the platform `unknown`) is no image.
 * An index may be there with a part of its images: `missing` names the others.
 * Throws IMAGE_UNKNOWN, IMAGE_DIFFERS, and what the source's faults are.
 */
export const billOf = async (source: Source, root: Named): Promise<Bill> => {
  const { digest } = root;
  const place = `${source.name.registry}/${source.name.repository}`;
  const content = await walk(source, root);
  if (!content.manifests.has(digest)) throw unknown(`${place} has no image ${digest}`);
  const images: Runnable[] = [];
  for (const { digest: manifest, platform, json } of content.manifests.values()) {
    const { config, layers = [] } = json;
    if (config === undefined || platform?.os === 'unknown') continue;
    const { config: own, rootfs, ...told } = await mustRead(source, config);
    const { os, architecture, variant } = { ...platform, ...told };
    images.push({
      platform: os === undefined || architecture === undefined ? undefined : `${os}/${architecture}`,
      variant: variant === '' ? undefined : variant,
      manifest,
      config: config.digest,
      layers,
      diffs: rootfs?.diff_ids ?? [],
      labels: own?.Labels ?? {},
      bytes: layers.reduce((sum, { size }) => sum + size, config.size),
    });
  }
  if (images.length === 0) throw unknown(`${place}@${digest} is no image: it has no configuration`);
  return { ...content, digest, images };
};

/** What each platform gets, for people. Pure. */
export const platformsOf = ({ images }: Pick<Bill, 'images'>): readonly PlatformImage[] =>
  images.map(({ platform = 'unknown/unknown', variant, manifest, layers, bytes }) => ({
    platform: variant === undefined ? platform : `${platform}/${variant}`,
    digest: manifest,
    layers: layers.length,
    bytes,
  }));

/**
 * What travels to an engine, in bytes, and of how many layers: those behind the longest beginning that one of its images shares. Pure.
 * @param known for each image of the engine the digests of its layers' contents
 */
export const missingOf = (
  { layers, diffs }: Pick<Runnable, 'layers' | 'diffs'>,
  known: readonly (readonly string[])[],
): { readonly bytes: number; readonly layers: number } => {
  const shared = known.map((one) => {
    const at = diffs.findIndex((diff, index) => one[index] !== diff);
    return at < 0 ? diffs.length : at;
  });
  const missing = layers.slice(Math.max(0, ...shared));
  return { bytes: missing.reduce((sum, { size }) => sum + size, 0), layers: missing.length };
};
