import { Failure } from '#fault';
import type { Clock } from '#plan';
import type { Ask } from './ask.ts';
import { addressIn, differs, odd, stopIf } from './faults.ts';
import { backoff } from './pause.ts';
import type { Descriptor, OciLayout } from './types.ts';

export type Uploading = {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly read: OciLayout['read'];
};

/** An upload that has begun: where it goes on, and how much of it has arrived; more than 0: it broke off, and is taken up. */
type Session = { readonly location: URL; readonly offset: number };

/** Broken off so often without more having arrived than ever before: it is given up. */
const most = 5;

/**
 * Statuses of a registry that does not go on with an upload: it takes none in parts (400, 405), has lost it or never had it, as another of
 * its nodes has (404), or takes it for something else (416).
 */
const stuck: readonly number[] = [400, 404, 405, 416];

/** Is it there? */
export const hasBlob = async (
  { ask }: Pick<Uploading, 'ask'>,
  { digest }: Pick<Descriptor, 'digest'>,
): Promise<boolean> => {
  const { status, body } = await ask({ method: 'HEAD', at: `blobs/${digest}`, to: 'pull', expects: [404] });
  body.resume();
  return status !== 404;
};

const sessionOf = (url: URL, location: string | undefined, offset: number): Session => {
  if (location === undefined) throw odd(`${url.host} began an upload without saying where it goes on`);
  return { location: addressIn(location, url), offset };
};

const begin = async ({ ask }: Uploading): Promise<Session> => {
  const { headers, body, url } = await ask({
    method: 'POST',
    at: 'blobs/uploads/',
    to: 'pull,push',
    headers: { 'content-length': '0' },
  });
  body.resume();
  return sessionOf(url, headers['location'], 0);
};

/**
 * Where an upload stands that broke off; undefined: the registry has forgotten it, or cannot go on with it
 * (Debian's docker-registry 2.8 cannot within a request).
 */
const standing = async ({ ask }: Uploading, { location }: Session): Promise<Session | undefined> => {
  const { status, headers, body, url } = await ask({
    method: 'GET',
    at: location,
    to: 'pull,push',
    expects: stuck,
  });
  body.resume();
  const last = /^(?:bytes=)?0-(\d+)$/.exec(headers['range'] ?? '')?.[1];
  // `0-0` is nothing, or one byte
  if (status >= 400 || last === undefined || last === '0') return undefined;
  return sessionOf(url, headers['location'] ?? location.href, Number(last) + 1);
};

/** Sends what is missing, and the end of it. False: the registry does not go on with what was taken up. */
const rest = async (
  { ask, read }: Uploading,
  { digest, size }: Descriptor,
  { location, offset }: Session,
): Promise<boolean> => {
  const expects = offset === 0 ? [] : stuck;
  let at = location;
  if (offset < size) {
    const { status, headers, body, url } = await ask({
      method: 'PATCH',
      at,
      to: 'pull,push',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(size - offset),
        ...(offset === 0 ? {} : { 'content-range': `${offset}-${size - 1}` }),
      },
      body: () => read(digest, offset),
      expects,
      once: true,
    });
    body.resume();
    if (status >= 400) return false;
    at = sessionOf(url, headers['location'] ?? at.href, size).location;
  }
  const end = new URL(at);
  end.searchParams.set('digest', digest);
  const { status, body } = await ask({
    method: 'PUT',
    at: end,
    to: 'pull,push',
    headers: { 'content-length': '0' },
    expects: [400, ...expects],
    once: true,
  });
  body.resume();
  if (status >= 400 && offset > 0) return false;
  // DIGEST_INVALID, or SIZE_INVALID: what lies here has changed since it was described
  if (status === 400)
    throw differs(`the content of ${digest} is another one: the registry has not taken it`, 'Build the image again.');
  return true;
};

/** Sends one blob. What broke off is taken up where the registry can do so, else begun again, and then sent whole. */
export const uploadBlob = async (of: Uploading, blob: Descriptor): Promise<void> => {
  let session: Session | undefined;
  let furthest = 0;
  let whole = false;
  for (let tries = 0; ; tries += 1) {
    stopIf(of.signal);
    try {
      session ??= await begin(of);
      if (await rest(of, blob, session)) return;
      // once: from here on nothing is taken up any more
      whole = true;
      session = undefined;
      tries = 0;
    } catch (thrown) {
      const lost = thrown instanceof Failure && thrown.fault.code === 'REGISTRY_UNREACHABLE';
      if (!lost || session === undefined || tries >= most) throw thrown;
      await of.clock.sleep(backoff(tries), of.signal);
      // the answer was lost, not the blob
      if (await hasBlob(of, blob)) return;
      session = whole ? undefined : await standing(of, session);
      if (session === undefined || session.offset <= furthest) continue;
      furthest = session.offset;
      tries = 0;
    }
  }
};
