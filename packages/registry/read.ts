import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Failure } from '#fault';
import { digestOfBytes, isDigest } from '#plan';
import type { Clock, Digest } from '#plan';
import type { Ask } from './ask.ts';
import { whole } from './body.ts';
import { differs, stopIf, unknown, unreachable } from './faults.ts';
import { backoff } from './pause.ts';
import { manifestIn, manifestLimit } from './manifest.ts';
import type { Descriptor, Manifest } from './types.ts';
import { indexTypes } from './walk.ts';

export type Reading = {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** `registry/repository`, for people. */
  readonly place: string;
};

/** Broken off so often without a byte more: it is given up. */
const most = 5;

/** The forms of manifests that are known; others a registry must not give. */
export const accept = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  ...indexTypes,
].join(', ');

/** Tries again what broke off within an answer. */
const again = async <T>({ clock, signal, place }: Reading, what: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await what();
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      stopIf(signal);
      if (tries >= most) throw unreachable(thrown, place);
      await clock.sleep(backoff(tries), signal);
    }
  }
};

/** By tag or digest; undefined: it is not there. */
export const readManifest = (of: Reading, reference: string): Promise<Manifest | undefined> =>
  again(of, async () => {
    const { status, headers, body } = await of.ask({
      method: 'GET',
      at: `manifests/${reference}`,
      to: 'pull',
      headers: { accept },
      expects: [404],
    });
    if (status === 404) {
      body.resume();
      return undefined;
    }
    const bytes = await whole(body, manifestLimit, `the manifest that ${of.place} gave for ${reference}`);
    const digest = digestOfBytes(bytes);
    const wanted = isDigest(reference) ? reference : headers['docker-content-digest'];
    if (wanted !== undefined && isDigest(wanted) && wanted !== digest)
      throw differs(`the manifest that ${of.place} gave for ${reference} has the digest ${digest}, not ${wanted}`);
    const json = manifestIn(bytes);
    if (json === undefined) throw differs(`what ${of.place} gave for ${reference} is no manifest`);
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    return { mediaType: json.mediaType ?? type.trim(), digest, size: bytes.length, bytes, json };
  });

/** The digest that a tag names; undefined: there is no such tag. */
export const headManifest = async (of: Reading, reference: string): Promise<Digest | undefined> => {
  const { status, headers, body } = await of.ask({
    method: 'HEAD',
    at: `manifests/${reference}`,
    to: 'pull',
    headers: { accept },
    expects: [404],
  });
  body.resume();
  if (status === 404) return undefined;
  const named = headers['docker-content-digest'];
  // a registry may leave it out of a HEAD
  return named !== undefined && isDigest(named) ? named : (await readManifest(of, reference))?.digest;
};

/** A blob, proven at its end. A connection that breaks off is taken up where it was. Throws IMAGE_UNKNOWN. */
export const readBlob = async (
  of: Reading,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Promise<Readable> => {
  const from = async (at: number): Promise<{ readonly body: Readable; readonly skip: number }> => {
    const { status, body } = await of.ask({
      method: 'GET',
      at: `blobs/${digest}`,
      to: 'pull',
      headers: { 'accept-encoding': 'identity', ...(at === 0 ? {} : { range: `bytes=${at}-` }) },
      expects: [404],
    });
    if (status === 404) {
      body.resume();
      throw unknown(`${of.place} has no blob ${digest}`);
    }
    return { body, skip: status === 206 ? 0 : at };
  };
  const first = await from(0);
  return Readable.from(proven(of, { digest, size }, first, from), { objectMode: false });
};

type Begun = { readonly body: Readable; readonly skip: number };

const proven = async function* (
  of: Reading,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  first: Begun,
  from: (at: number) => Promise<Begun>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const wrong = (what: string): Failure => differs(`the blob ${digest} of ${of.place} ${what}`);
  let at = 0;
  for (let now = first, tries = 0; ; now = await from(at)) {
    let { skip } = now;
    let broken: unknown;
    try {
      for await (const chunk of now.body) {
        const bytes = (chunk as Buffer).subarray(skip);
        skip -= (chunk as Buffer).length - bytes.length;
        if (bytes.length === 0) continue;
        at += bytes.length;
        if (at > size) throw wrong(`is longer than its ${size} bytes`);
        tries = 0;
        hash.update(bytes);
        yield bytes;
      }
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      broken = thrown;
    } finally {
      now.body.destroy();
    }
    stopIf(of.signal);
    if (at === size) break;
    // an answer that ends in order is all that there is
    if (broken === undefined) throw wrong(`has ${at} bytes, not ${size}`);
    if (tries >= most) throw unreachable(broken, of.place);
    await of.clock.sleep(backoff(tries), of.signal);
    tries += 1;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw wrong(`has another content: its digest is ${found}`);
};
