import type { Readable } from 'node:stream';
import { Failure, faultOf, ok, type Result } from '#fault';
import { renderDuration } from '#plan';
import type { Clock } from '#plan';
import { whole } from './body.ts';
import { challengeOf, type Challenge } from './challenge.ts';
import type { Configured } from './docker-config.ts';
import { addressIn, busy, cancelled, failing, refused, saidIn, stopIf, unreachable } from './faults.ts';
import type { Http, Received } from './http.ts';
import { isPrivate, originsOf } from './origin.ts';
import { pauseAfter } from './pause.ts';

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

const codeOf = (error: unknown): string => {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : typeof code === 'string' ? code : '';
};

/** Any end of something that may throw, as a result. */
export const resultOf = async <T>(what: () => Promise<T>, signal: AbortSignal): Promise<Result<T>> => {
  try {
    return ok(await what());
  } catch (thrown) {
    const fault = signal.aborted ? cancelled().fault : faultOf(thrown);
    return { ok: false, fault };
  }
};

/**
 * Asks one repository: finds out how the registry is reached, logs in as it demands, waits where it is busy or fails, follows
 * redirects. A secret goes to the registry's own origin and to its token server, nowhere else.
 */
export const asker = (of: Asking): Ask => {
  const { http, clock, signal, registry, repository, login, show } = of;
  const { credentials, unused } = login;
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  const secrets = credentials === undefined ? [] : [credentials.password, basic?.slice(6) ?? ''];
  const tokens = new Map<Question['to'], string>();
  let challenge: Challenge | undefined;
  let origin: Promise<URL> | undefined;

  /** Sends until there is an answer that stands, or waiting is no use any more. */
  const persist = async (host: string, once: boolean, send: () => Promise<Received>): Promise<Received> => {
    let waited = 0;
    for (let tries = 0; ; tries += 1) {
      stopIf(signal);
      let came: Received | undefined;
      let error: unknown;
      try {
        came = await send();
      } catch (thrown) {
        if (thrown instanceof Failure) throw thrown;
        stopIf(signal);
        error = thrown;
      }
      const pause = pauseAfter(came ?? { code: codeOf(error) }, tries);
      if (pause === undefined) {
        if (came !== undefined) return came;
        throw unreachable(error, host);
      }
      const unclear = once && came?.status !== 429;
      if (unclear || waited + pause > of.patience) {
        if (came === undefined) throw unreachable(error, host);
        const said = await saidIn(came, secrets);
        throw came.status === 429 ? busy(registry, pause, said) : failing(registry, came.status, tries + 1, said);
      }
      came?.body.resume();
      if (pause >= 2000)
        show(`    ${host} ${came === undefined ? 'does not answer' : `answers with ${came.status}`}: asked again in ${renderDuration(pause)}`); // prettier-ignore
      await clock.sleep(pause, signal);
      waited += pause;
    }
  };

  const find = async (): Promise<URL> => {
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

  /** A token for this, from the server that the challenge names. */
  const fetchToken = async (asked: Challenge & { scheme: 'bearer' }, to: Question['to']): Promise<string> => {
    const url = new URL(asked.realm);
    if (!isPrivate(url))
      throw refused(registry, credentials?.username, `wants tokens from ${url.origin}, which is not encrypted: no login is sent there`, []); // prettier-ignore
    if (asked.service !== undefined) url.searchParams.set('service', asked.service);
    const own = asked.scope?.split(' ') ?? [`repository:${repository}:${to}`];
    for (const scope of own) url.searchParams.append('scope', scope);
    if (credentials !== undefined) url.searchParams.set('account', credentials.username);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    const answer = await persist(url.host, false, () => http.send({ method: 'GET', url, headers, signal }));
    if (answer.status !== 200) {
      const who = credentials === undefined ? 'gives no token without a login' : `does not accept the login of ${credentials.username}`; // prettier-ignore
      throw refused(registry, credentials?.username, `${who} (${url.host} answered with ${answer.status})`, await saidIn(answer, secrets), unused); // prettier-ignore
    }
    let given: { readonly token?: unknown; readonly access_token?: unknown };
    try {
      given = JSON.parse((await whole(answer.body, 1 << 20)).toString('utf8')) as typeof given;
    } catch {
      given = {};
    }
    const token = given.token ?? given.access_token;
    if (typeof token !== 'string' || token === '')
      throw refused(
        registry,
        credentials?.username,
        `names a token server, ${url.host}, whose answer holds no token`,
        [],
      );
    return token;
  };

  const authorization = (to: Question['to']): string | undefined => {
    if (challenge?.scheme === 'basic') return basic;
    const token = tokens.get(to);
    return token === undefined ? undefined : `Bearer ${token}`;
  };

  /** Logs in as a 401 demands. Throws where there is nothing more to try. */
  const logIn = async (answer: Received, to: Question['to'], fresh: boolean): Promise<void> => {
    const asked = challengeOf(answer.headers['www-authenticate']);
    const said = await saidIn(answer, secrets);
    const no = (what: string): Failure => refused(registry, credentials?.username, what, said, unused);
    if (asked === undefined) throw no('answered with 401, and does not say how to log in');
    if (fresh)
      throw no(
        credentials === undefined
          ? `wants a login for ${repository}`
          : asked.scheme === 'basic'
            ? `does not accept the login of ${credentials.username}`
            : `does not let ${credentials.username} ${to === 'pull' ? 'read' : 'write'} ${repository}`,
      );
    challenge = asked;
    if (asked.scheme === 'bearer') {
      const token = await fetchToken(asked, to);
      // a registry may repeat what it was sent
      secrets.push(token);
      tokens.set(to, token);
    } else if (basic === undefined) throw no('wants a user name and a password, and none were given');
  };

  return async (question) => {
    const { method, at, to, headers = {}, body, expects = [], once = false } = question;
    origin ??= find();
    const base = await origin;
    let url = typeof at === 'string' ? new URL(`/v2/${repository}/${at}`, base) : at;
    let hops = 0;
    let fresh = false;
    for (;;) {
      if (!isPrivate(url))
        throw unreachable(new Error(`it sends on to ${url.origin}, which is not encrypted`), registry);
      const own = url.origin === base.origin ? authorization(to) : undefined;
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
        await logIn(answer, to, fresh || (own !== undefined && own === basic));
        fresh = true;
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
      if (answer.status === 401 || answer.status === 403)
        throw refused(registry, credentials?.username, `does not allow it (${answer.status})`, said, unused);
      throw refused(registry, credentials?.username, `refused ${method} of ${repository} with ${answer.status}`, said);
    }
  };
};
