import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import type { Difference, Entry } from './tree.ts';
import { dropList } from './tree.ts';

type HeaderArgument = Parameters<Pack['entry']>[0];

/** Files up to this size go in one piece. */
const small = 1 << 20;

/** A stream of a gzipped tar; `fill` puts its entries in. What goes wrong there ends the stream with an error: it is then cut, and the host sees it. */
const tarGz = (fill: (tar: Pack) => Promise<void>): Readable => {
  const tar = pack();
  const gzip = createGzip({ level: 6 });
  const out = new PassThrough();
  pipeline(Readable.from(tar), gzip, out, () => undefined);
  fill(tar).then(
    () => {
      tar.finalize();
    },
    (error: unknown) => {
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  // a receiver that went away: nothing waits for room in the tar any more
  out.on('close', () => {
    tar.destroy();
  });
  return out;
};

const put = (tar: Pack, headers: HeaderArgument, content?: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error);
      else resolve();
    };
    const entry = content === undefined ? tar.entry(headers, done) : tar.entry(headers, content, done);
    entry.on('error', reject);
  });

const putStreamed = (tar: Pack, file: string, headers: HeaderArgument): Promise<void> =>
  new Promise((resolve, reject) => {
    const entry = tar.entry(headers, (error) => {
      if (error) reject(error);
      else resolve();
    });
    entry.on('error', reject);
    // a size other than the announced one would spoil the archive: the entry fails, and with it the upload
    pipeline(createReadStream(file), entry, (error) => {
      if (error) reject(error);
    });
  });

/**
 * The entries as a gzipped tar, streamed. Modes are 644 and 755, owners none, and all have the one time of the release:
 * equal on all hosts, and never that of another content of the same size.
 */
export const archive = (root: string, entries: readonly Entry[], time: Date): Readable =>
  tarGz(async (tar) => {
    for (const { type, path, target, bytes } of entries) {
      const owned = { name: path, mtime: time, uid: 0, gid: 0, mode: type === 'x' ? 0o755 : 0o644 };
      const file = join(root, path);
      if (type === 'l') await put(tar, { ...owned, type: 'symlink', linkname: target ?? '', mode: 0o777 });
      // as it is now: when it changed since it was hashed, the host's proof of the whole tree says so
      else if (bytes <= small) await put(tar, owned, await readFile(file));
      else await putStreamed(tar, file, { ...owned, size: bytes });
    }
  });

/** What `receive` reads: the drop list, `dropBytes` long, then the archive. */
export const upload = (
  root: string,
  { send, drop }: Difference,
  time: Date,
): { readonly body: Readable; readonly dropBytes: number } => {
  const list = dropList(drop);
  const body = Readable.from(
    (async function* () {
      yield list;
      yield* archive(root, send, time) as AsyncIterable<Buffer>;
    })(),
    { objectMode: false },
  );
  return { body, dropBytes: list.length };
};

/** Small files by path as a gzipped tar: what `publish` reads. */
export const packed = (files: ReadonlyMap<string, string>, time: Date): Readable =>
  tarGz(async (tar) => {
    for (const [name, content] of files)
      await put(tar, { name, mtime: time, mode: 0o644, uid: 0, gid: 0 }, Buffer.from(content));
  });
