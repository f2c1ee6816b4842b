import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeAuthority } from './authority.ts';
import { login } from './registry.ts';

/** A token server by the distribution project's specification: for whom `docker-registry` may be set up. */
export type TokenServer = {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM: what signs the tokens. */
  readonly authority: string;
  /** The scopes that were asked for, each with the user that asked, nobody: ''. Their actions are sorted: the registry names them in any order. */
  readonly asked: readonly (readonly [string, string])[];
  readonly close: () => Promise<void>;
};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Gives tokens to {@link login}, and to nobody else but for reading, for `seconds`. */
export const startTokenServer = async ({ anonymous = true, seconds = 300 } = {}): Promise<TokenServer> => {
  const issued = makeAuthority(['token.test']);
  const service = 'registry.test';
  const issuer = 'tests';
  const asked: (readonly [string, string])[] = [];
  const x5c = [new X509Certificate(issued.cert).raw.toString('base64')];
  const token = (subject: string, access: readonly unknown[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const times = { nbf: now - 10, iat: now - 10, exp: now + seconds };
    const head = encoded({ typ: 'JWT', alg: 'ES256', x5c });
    const body = encoded({ iss: issuer, sub: subject, aud: service, jti: randomUUID(), ...times, access });
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: issued.key, dsaEncoding: 'ieee-p1363' });
    return `${head}.${body}.${signature.toString('base64url')}`;
  };
  const wanted = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const server = createServer((from, to) => {
    const url = new URL(from.url ?? '', 'http://x');
    const known = from.headers.authorization === wanted;
    const user = known ? login.username : '';
    if (
      (!known && (from.headers.authorization !== undefined || !anonymous)) ||
      url.searchParams.get('service') !== service
    ) {
      to.writeHead(401, { 'content-type': 'application/json' }).end('{"details":"incorrect username or password"}');
      return;
    }
    const access = url.searchParams.getAll('scope').map((scope) => {
      const [type = '', name = '', words = ''] = scope.split(':');
      const actions = words.split(',').sort();
      asked.push([`${type}:${name}:${actions.join(',')}`, user]);
      return { type, name, actions: actions.filter((action) => known || action === 'pull') };
    });
    to.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: token(user, access) }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    service,
    issuer,
    authority: issued.authority,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => { resolve(); }); // prettier-ignore
        server.closeAllConnections();
      }),
  };
};
