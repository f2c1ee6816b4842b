import type { Failure } from '#fault';
import type { Asking, Question } from './ask.ts';
import { whole } from './body.ts';
import { challengeOf, type Challenge } from './challenge.ts';
import { refused, saidIn } from './faults.ts';
import type { Received } from './http.ts';
import { isPrivate } from './origin.ts';
import type { Persist } from './persist.ts';

/** How one repository is logged in to: as far as its registry has demanded it. */
export type Login = {
  /** What leads a request to the registry; undefined: nothing was demanded yet. */
  readonly authorization: (to: Question['to']) => string | undefined;
  /** Logs in as a 401 demands. Throws a Failure where there is nothing more to try, `again`: the login was shown, and is not enough. */
  readonly satisfy: (answer: Received, to: Question['to'], again: boolean) => Promise<void>;
  /** The registry does not do what it was asked. */
  readonly refuse: (what: string, said: readonly string[], hint?: string) => Failure;
};

/** @param secrets grows by each token: a registry may repeat what it was sent */
export const loginTo = (of: Asking, persist: Persist, secrets: string[]): Login => {
  const { http, signal, registry, repository } = of;
  const { credentials, unused } = of.login;
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  if (credentials !== undefined) secrets.push(credentials.password, basic?.slice(6) ?? '');
  const tokens = new Map<Question['to'], string>();
  let challenge: Challenge | undefined;

  const refuse: Login['refuse'] = (what, said, hint) => refused(registry, credentials?.username, what, said, hint);

  /** A token for this, from the server that the challenge names. */
  const fetchToken = async (asked: Challenge & { scheme: 'bearer' }, to: Question['to']): Promise<string> => {
    const url = new URL(asked.realm);
    if (!isPrivate(url))
      throw refuse(`wants tokens from ${url.origin}, which is not encrypted: no login is sent there`, []);
    if (asked.service !== undefined) url.searchParams.set('service', asked.service);
    const own = asked.scope?.split(' ') ?? [`repository:${repository}:${to}`];
    for (const scope of own) url.searchParams.append('scope', scope);
    if (credentials !== undefined) url.searchParams.set('account', credentials.username);
    const headers: Record<string, string> = basic === undefined ? {} : { authorization: basic };
    const answer = await persist(url.host, false, () => http.send({ method: 'GET', url, headers, signal }));
    if (answer.status !== 200) {
      const who = credentials === undefined ? 'gives no token without a login' : `does not accept the login of ${credentials.username}`; // prettier-ignore
      throw refuse(`${who} (${url.host} answered with ${answer.status})`, await saidIn(answer, secrets), unused);
    }
    let given: { readonly token?: unknown; readonly access_token?: unknown };
    try {
      given = JSON.parse((await whole(answer.body, 1 << 20)).toString('utf8')) as typeof given;
    } catch {
      given = {};
    }
    const token = given.token ?? given.access_token;
    if (typeof token !== 'string' || token === '')
      throw refuse(`names a token server, ${url.host}, whose answer holds no token`, []);
    return token;
  };

  return {
    refuse,
    authorization: (to) => {
      if (challenge?.scheme === 'basic') return basic;
      const token = tokens.get(to);
      return token === undefined ? undefined : `Bearer ${token}`;
    },
    satisfy: async (answer, to, again) => {
      const asked = challengeOf(answer.headers['www-authenticate']);
      const said = await saidIn(answer, secrets);
      const no = (what: string): Failure => refuse(what, said, unused);
      if (asked === undefined) throw no('answered with 401, and does not say how to log in');
      if (again)
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
        secrets.push(token);
        tokens.set(to, token);
      } else if (basic === undefined) throw no('wants a user name and a password, and none were given');
    },
  };
};
