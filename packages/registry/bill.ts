import { Failure } from '#fault';
import type { Digest } from '#plan';
import { whole } from './ask.ts';
import { differs, unknown } from './faults.ts';
import type { Descriptor, Manifest, Registry } from './types.ts';

/** One image of a platform, as an engine runs it. */
export type PlatformImage = {
  /** `os/architecture`; undefined: the image does not say. */
  readonly platform: string | undefined;
  readonly manifest: Digest;
  /** What a classic engine calls it. */
  readonly config: Digest;
  readonly layers: readonly Descriptor[];
  /** The layers by the digests of what they hold, as engines know them. */
  readonly diffs: readonly Digest[];
};

/** All that an image is made of, proven from its digest on. */
export type Bill = {
  readonly digest: Digest;
  readonly manifests: ReadonlyMap<Digest, Manifest>;
  readonly blobs: ReadonlyMap<Digest, Descriptor>;
  readonly images: readonly PlatformImage[];
};

const configLimit = 8 << 20;

type Config = {
  readonly os?: string;
  readonly architecture?: string;
  readonly rootfs?: { readonly diff_ids?: readonly Digest[] };
};

const mustRead = async (registry: Registry, of: Descriptor): Promise<Config> => {
  const blob = await registry.blob(of);
  if (!blob.ok) throw new Failure(blob.fault);
  try {
    return JSON.parse((await whole(blob.value, configLimit)).toString('utf8')) as Config;
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw differs(`the configuration ${of.digest} of the image is none`);
  }
};

/**
 * Reads what an image is made of, from the registry. What buildx lays beside images in an index (attestations, of the platform
 * `unknown`) is no image. Throws IMAGE_UNKNOWN, IMAGE_DIFFERS, and what the registry's answers are.
 */
export const billOf = async (registry: Registry, digest: Digest): Promise<Bill> => {
  const { name } = registry;
  const manifests = new Map<Digest, Manifest>();
  const blobs = new Map<Digest, Descriptor>();
  const images: PlatformImage[] = [];
  const walk = async (at: Digest, named?: Descriptor['platform']): Promise<void> => {
    if (manifests.has(at)) return;
    const answer = await registry.manifest(at);
    if (!answer.ok) throw new Failure(answer.fault);
    const manifest = answer.value;
    // an index may be pushed with a part of its images
    if (manifest === undefined && manifests.size > 0) return;
    if (manifest === undefined) throw unknown(`${name.registry}/${name.repository} has no image ${digest}`);
    manifests.set(at, manifest);
    const { config, layers = [], manifests: children = [] } = manifest.json;
    for (const child of children) if (child.platform?.os !== 'unknown') await walk(child.digest, child.platform);
    if (config === undefined) return;
    for (const blob of [config, ...layers]) blobs.set(blob.digest, blob);
    const { os, architecture, rootfs } = { ...named, ...(await mustRead(registry, config)) };
    images.push({
      platform: os === undefined || architecture === undefined ? undefined : `${os}/${architecture}`,
      manifest: at,
      config: config.digest,
      layers,
      diffs: rootfs?.diff_ids ?? [],
    });
  };
  await walk(digest);
  if (images.length === 0)
    throw unknown(`${name.registry}/${name.repository}@${digest} is no image: it has no configuration`);
  return { digest, manifests, blobs, images };
};

/**
 * What travels to an engine, in bytes, and of how many layers: those behind the longest beginning that one of its images shares. Pure.
 * @param known for each image of the engine the digests of its layers' contents
 */
export const missingOf = (
  { layers, diffs }: Pick<PlatformImage, 'layers' | 'diffs'>,
  known: readonly (readonly string[])[],
): { readonly bytes: number; readonly layers: number } => {
  const shared = known.map((one) => {
    const at = diffs.findIndex((diff, index) => one[index] !== diff);
    return at < 0 ? diffs.length : at;
  });
  const missing = layers.slice(Math.max(0, ...shared));
  return { bytes: missing.reduce((sum, { size }) => sum + size, 0), layers: missing.length };
};
