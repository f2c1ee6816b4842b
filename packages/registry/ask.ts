import type { Readable } from 'node:stream';
import { faultOf, ok, type Result } from '#fault';
import type { Clock } from '#plan';
import type { Configured } from './docker-config.ts';
import { addressIn, cancelled, declined, hidden, saidIn, unreachable } from './faults.ts';
import type { Http, Received } from './http.ts';
import { loginTo } from './login.ts';
import { isPrivate, originsOf } from './origin.ts';
import { codeOf, persister } from './persist.ts';

/** What a registry is asked. */
export type Question = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  /** Below `/v2/<repository>/`, or whole, as a registry gave it in `Location`. */
  readonly at: string | URL;
  /** What a token must allow. */
  readonly to: 'pull' | 'pull,push';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => Readable | Buffer;
  /** Statuses from 400 on that are an answer, too. */
  readonly expects?: readonly number[];
  /** Is not asked again where nobody knows what came of it: no answer, 5xx. */
  readonly once?: boolean;
};

/** An answer, with the address that gave it. Throws a Failure. */
export type Ask = (question: Question) => Promise<Received & { readonly url: URL }>;

export type Asking = {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly registry: string;
  readonly repository: string;
  readonly login: Configured;
  /** ms, for all waiting of one question. */
  readonly patience: number;
  readonly show: (line: string) => void;
};

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Any end of something that may throw, as a result. */
export const resultOf = async <T>(what: () => Promise<T>, signal: AbortSignal): Promise<Result<T>> => {
  try {
    return ok(await what());
  } catch (thrown) {
    const fault = signal.aborted ? cancelled().fault : faultOf(thrown);
    return { ok: false, fault };
  }
};

/** Where the registry answers. */
const find = async ({ http, signal, registry }: Asking): Promise<URL> => {
  const [secure, plain] = originsOf(registry) as [URL, URL | undefined];
  if (plain === undefined) return secure;
  try {
    (await http.send({ method: 'GET', url: new URL('/v2/', secure), headers: {}, signal })).body.resume();
  } catch (error) {
    // it speaks, but no TLS; whatever else is wrong with https is told by the first question
    if (/^(?:EPROTO|ERR_SSL_.*|ECONNRESET)$/.test(codeOf(error))) return plain;
  }
  return secure;
};

/**
 * Asks one repository: finds out how the registry is reached, logs in as it demands, waits where it is busy or fails, follows
 * redirects. A secret goes to the registry's own origin and to its token server, nowhere else.
 */
export const asker = (of: Asking): Ask => {
  const { http, signal, registry, repository } = of;
  const secrets: string[] = [];
  const persist = persister(of, secrets);
  const login = loginTo(of, persist, secrets);
  let origin: Promise<URL> | undefined;

  return async (question) => {
    const { method, at, to, headers = {}, body, expects = [], once = false } = question;
    origin ??= find(of);
    const base = await origin;
    let url = typeof at === 'string' ? new URL(`/v2/${repository}/${at}`, base) : at;
    let hops = 0;
    let again = false;
    for (;;) {
      if (!isPrivate(url))
        throw unreachable(new Error(`it sends on to ${url.origin}, which is not encrypted`), registry);
      const own = url.origin === base.origin ? login.authorization(to) : undefined;
      const answer = await persist(url.host, once, () => {
        const content = body?.();
        return http.send({
          method,
          url,
          headers: { ...headers, ...(own === undefined ? {} : { authorization: own }) },
          signal,
          ...(content === undefined ? {} : { body: content }),
        });
      });
      if (answer.status === 401 && url.origin === base.origin) {
        await login.satisfy(answer, to, again || own?.startsWith('Basic ') === true);
        again = true;
        continue;
      }
      const { location } = answer.headers;
      if (
        redirects.has(answer.status) &&
        location !== undefined &&
        (method === 'GET' || method === 'HEAD') &&
        hops < 5
      ) {
        answer.body.resume();
        url = addressIn(location, url);
        hops += 1;
        continue;
      }
      if (answer.status < 300 || expects.includes(answer.status)) return { ...answer, url };
      const said = await saidIn(answer, secrets);
      const { status } = answer;
      const { credentials, unused } = of.login;
      if (status === 401 || status === 403) throw login.refuse(`does not allow it (${status})`, said, unused);
      const what = `refused ${method} of ${repository} with ${status}`;
      if (status !== 404) throw declined(registry, status, what, said);
      throw credentials === undefined
        ? login.refuse(what, said, unused)
        : hidden(registry, credentials.username, what, said);
    }
  };
};
