/** Certificates of real TLS servers, signed by an authority that the test makes. */
import type { AddressInfo, Server } from 'node:net';
import { createServer as plainServer } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeAuthority } from '../../test/lab/authority.ts';
import { needing } from '../../test/lab/needs.ts';
import { certificateClient } from './certificate-client.ts';
import { judgeCertificate } from './certificate.ts';
import type { Shown } from './certificate.ts';

const day = 86_400_000;
const servers: Server[] = [];
const before = getCACertificates('default');
const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return (server.address() as AddressInfo).port;
};
const asked = (port: number, name = 'localhost'): Promise<Shown> =>
  certificateClient({ url: new URL(`https://${name}:${port}/`), limit: 60_000 });

afterAll(() => {
  setDefaultCACertificates(before);
  for (const server of servers) server.close();
});

test('time and issuer are judged', () => {
  const shown: Shown = { verified: true, left: 10.5 * day, issuer: 'R3, Example Encrypt' };
  const judged = (expiresAfter: number, issuer?: string) => judgeCertificate({ expiresAfter, issuer }, shown);
  expect(judged(10 * day, 'Example')).toEqual([]);
  expect(judged(14 * day, 'Other')).toEqual([
    'expected a certificate that is valid for 14 days more, it expires in 10 days',
    'expected an issuer with "Other", found R3, Example Encrypt',
  ]);
  expect(judgeCertificate({ expiresAfter: 0, issuer: undefined }, { verified: false, why: 'no' })).toEqual(['no']);
});

needing('openssl').describe('a server’s certificate', () => {
  let port: number;
  const names: unknown[] = [];
  const issued = makeAuthority(['localhost'], 20);
  beforeAll(async () => {
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    const server = createServer({ key: issued.key, cert: issued.cert, SNICallback });
    server.on('tlsClientError', () => undefined);
    port = await listen(server);
  });

  test('is not trusted without its authority', async () => {
    expect(await asked(port)).toMatchObject({ verified: false });
    const shown = await asked(port);
    expect(shown.verified || shown.why).toContain('is signed by an authority that is not known here');
  });

  test('is verified with it, by SNI, with its time and its issuer', async () => {
    setDefaultCACertificates([issued.authority]);
    const shown = await asked(port);
    expect(shown).toMatchObject({ verified: true, issuer: 'Root of Tests, Test Authority' });
    expect(shown.verified && Math.round(shown.left / day)).toBe(20);
    expect(names.at(-1)).toBe('localhost');
  });

  test('must be of the name that was asked', async () => {
    setDefaultCACertificates([issued.authority]);
    const shown = await asked(port, '127.0.0.1').then((one) => (one.verified ? 'verified' : one.why));
    // where localhost is ::1 only, nothing listens there at all
    expect(shown).toMatch(/was made for other names|nothing listens there/);
  });

  test('must not have expired', async () => {
    const old = makeAuthority(['localhost'], -1);
    setDefaultCACertificates([old.authority]);
    const server = createServer({ key: old.key, cert: old.cert });
    server.on('tlsClientError', () => undefined);
    const shown = await asked(await listen(server));
    expect(shown).toMatchObject({ verified: false });
    expect(shown.verified || shown.why).toContain('has expired');
  });

  test('is missed where nobody speaks TLS, and where nobody answers', async () => {
    const mute = await listen(plainServer());
    const rude = await listen(
      plainServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 no\r\n\r\n')),
    );
    const quick = await certificateClient({ url: new URL(`https://localhost:${mute}/`), limit: 50 });
    expect(quick).toEqual({ verified: false, why: `no certificate from localhost:${mute} within 50 ms` });
    expect(await asked(rude)).toEqual({
      verified: false,
      why: `localhost:${rude} does not speak TLS: is this a port for http:// ?`,
    });
  });
});
