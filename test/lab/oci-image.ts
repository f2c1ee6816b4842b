import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Digest } from '#plan';
import type { Descriptor, OciLayout } from '../../packages/registry/types.ts';

/** A file of a layer: its content, or with its mode. */
export type LayerFile = string | Buffer | { readonly bytes: Buffer; readonly mode: number };

export type OciImage = OciLayout & {
  readonly digest: Digest;
  /** The id that a classic Docker engine gives it. */
  readonly config: Digest;
  readonly layers: readonly Descriptor[];
  readonly blobs: ReadonlyMap<Digest, Buffer>;
  /** Writes it as an image layout into a folder. */
  readonly write: (folder: string) => void;
};

export const digestOf = (bytes: Buffer): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const tarOf = async (files: Readonly<Record<string, LayerFile>>): Promise<Buffer> => {
  const tar = pack();
  for (const [name, file] of Object.entries(files)) {
    const { bytes, mode } =
      typeof file === 'string' || Buffer.isBuffer(file) ? { bytes: Buffer.from(file as string), mode: 0o644 } : file;
    tar.entry({ name, mode, mtime: new Date(0) }, bytes);
  }
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const chunk of tar) parts.push(chunk as Buffer);
  return Buffer.concat(parts);
};

/** An image made without any builder: a layer for each set of files, for the machine's own architecture. The same files give the same digest. */
export const makeImage = async (
  layers: readonly Readonly<Record<string, LayerFile>>[],
  command: readonly string[] = ['/bin/true'],
): Promise<OciImage> => {
  const blobs = new Map<Digest, Buffer>();
  const keep = (mediaType: string, bytes: Buffer): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const diffs: Digest[] = [];
  const described: Descriptor[] = [];
  for (const files of layers) {
    const tar = await tarOf(files);
    diffs.push(digestOf(tar));
    described.push(keep('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar)));
  }
  const config = keep(
    'application/vnd.oci.image.config.v1+json',
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: { Cmd: command },
        rootfs: { type: 'layers', diff_ids: diffs },
        history: diffs.map(() => ({ created: '1970-01-01T00:00:00Z' })),
      }),
    ),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const root = keep(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: described })));
  return layoutOf(root, blobs, config.digest, described);
};

/** An index of images, each for a platform of its own. */
export const makeIndex = (
  images: readonly (readonly [OciImage, { readonly os: string; readonly architecture: string }])[],
): OciImage => {
  const blobs = new Map(images.flatMap(([image]) => [...image.blobs]));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = images.map(([{ root }, platform]) => ({ ...root, platform }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  const root = { mediaType, digest: digestOf(bytes), size: bytes.length };
  blobs.set(root.digest, bytes);
  const [[first] = []] = images;
  return layoutOf(root, blobs, first?.config ?? root.digest, first?.layers ?? []);
};

const layoutOf = (
  root: Descriptor,
  blobs: ReadonlyMap<Digest, Buffer>,
  config: Digest,
  layers: readonly Descriptor[],
): OciImage => ({
  root,
  digest: root.digest,
  config,
  layers,
  blobs,
  has: (digest) => blobs.has(digest),
  read: (digest, from = 0) => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) throw new Error(`the image has no ${digest}`);
    return Readable.from([bytes.subarray(from)], { objectMode: false });
  },
  write: (folder) => {
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [root] }));
    for (const [digest, bytes] of blobs) writeFileSync(join(folder, 'blobs', 'sha256', digest.slice(7)), bytes);
  },
});
