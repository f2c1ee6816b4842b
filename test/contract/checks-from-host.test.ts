/** Checks `from: host`: HTTP through a real sshd, to a port and to a Unix socket behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { outside, runChecks } from '#check';
import type { Check } from '#config';
import { must } from '#fault';
import { openHost } from '#host';
import type { Host } from '#host';
import { plainCheck } from '../fakes/plain-check.ts';
import { makeAuthority } from '../lab/authority.ts';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import type { RealSshd } from '../lab/real-sshd.ts';
import { key, optionsFor, removeBase } from './ssh-hosts.ts';

needing('sshd', 'openssl').describe('a check from the host', () => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-inside-'));
  const socket = join(dir, 'web.sock');
  const before = getCACertificates('default');
  const open: Server[] = [];
  const sshds: RealSshd[] = [];
  let inside = '';
  let secure = '';
  let host: Host;
  let closed: Host;

  const connect = async (...lines: string[]): Promise<Host> => {
    const sshd = await startRealSshd(found('sshd') ?? '', [key.publicKey], lines);
    sshds.push(sshd);
    return must(await openHost(optionsFor(sshd)));
  };
  const listen = async (server: Server, at?: string): Promise<string> => {
    open.push(server);
    await new Promise<void>((resolve) => {
      if (at === undefined) server.listen(0, '127.0.0.1', resolve);
      else server.listen(at, resolve);
    });
    return at === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : at;
  };
  const answer: http.RequestListener = (request, response) => {
    const { host: asked, 'x-forwarded-proto': proto, cookie } = request.headers;
    if (request.url === '/hang') return;
    response.setHeader('set-cookie', 'sid=0123456789; Path=/; Secure');
    if (request.url === '/moved') {
      response.statusCode = 302;
      response.setHeader('location', '/');
    }
    response.end(JSON.stringify({ asked, proto, cookie, id: 7, big: 'x'.repeat(300_000) }));
  };

  beforeAll(async () => {
    inside = `http://${await listen(http.createServer(answer))}`;
    await listen(http.createServer(answer), socket);
    const issued = makeAuthority(['example.test']);
    setDefaultCACertificates([issued.authority]);
    secure = `https://${await listen(https.createServer({ key: issued.key, cert: issued.cert }, answer))}`;
    host = await connect();
    closed = await connect('AllowTcpForwarding no', 'AllowStreamLocalForwarding no');
  }, 300_000);
  afterAll(async () => {
    setDefaultCACertificates(before);
    await host.close();
    await closed.close();
    for (const sshd of sshds) await sshd.close();
    for (const server of open) {
      server.close();
      if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
    }
    rmSync(dir, { recursive: true, force: true });
    removeBase();
  });

  const check = (url: string, more: Partial<Check> = {}): Check => ({
    ...plainCheck(url),
    ownRedirect: false,
    from: 'host',
    within: 0,
    max: 60_000,
    ...more,
  });
  const run = async (checks: readonly Check[], by: Host = host) => {
    const checked = await runChecks(checks, {
      ...outside,
      url: 'https://example.test',
      clock: { now: () => performance.now(), sleep: () => Promise.resolve() },
      env: {},
      reach: (to) => by.reach(to),
      show: () => undefined,
    });
    return checked.map(({ ok, found: wrong }) => wrong ?? ok);
  };

  test('reaches a port, with the Host and the scheme that a proxy would pass on', async () => {
    const headers = { Host: 'example.test', 'X-Forwarded-Proto': 'https' };
    const session = { headers, session: 's' };
    const all = await run([
      check(`${inside}/`, {
        ...session,
        json: { asked: 'example.test', proto: 'https' },
        save: { id: { from: 'json', at: 'id', secret: false } },
      }),
      check(`${inside}/{id}`, { ...session, contains: ['"cookie":"sid=0123456789"'] }),
      check(`${inside}/moved`, { headers, follow: true, contains: ['"id":7'] }),
      check(`${inside}/`, { repeat: 20, every: 1, p95: 60_000 }),
    ]);
    expect(all).toEqual([true, true, true, true]);
  });

  test('reaches a Unix socket, in plain HTTP and with the name of the address', async () => {
    expect(await run([check('/', { socket, json: { asked: 'example.test' } })])).toEqual([true]);
  });

  test('verifies a certificate inside, for the name in Host', async () => {
    const [right, wrong] = await run([
      check(`${secure}/`, { headers: { Host: 'example.test' } }),
      check(`${secure}/`, { headers: { Host: 'other.test' } }),
    ]);
    expect(right).toBe(true);
    expect(wrong).toContain('was made for other names');
  });

  test('says what is not there', async () => {
    const [nothing, none, late] = await run([
      check('http://127.0.0.1:1/'),
      check('/', { socket: `${socket}.not` }),
      check(`${inside}/hang`, { max: 200 }),
    ]);
    expect(nothing).toContain('on the host, nothing answers at 127.0.0.1:1');
    expect(none).toContain(`${socket}.not`);
    expect(late).toContain('no answer from 127.0.0.1:');
  });

  test('reaches both by a program of the host where sshd forwards nothing, and says what is not there', async () => {
    const [port, unix, safe, nothing, none] = await run(
      [
        check(`${inside}/`, { headers: { Host: 'example.test' }, json: { asked: 'example.test' } }),
        check('/', { socket, json: { asked: 'example.test' } }),
        check(`${secure}/`, { headers: { Host: 'example.test' } }),
        check('http://127.0.0.1:1/'),
        check('/', { socket: `${socket}.not` }),
      ],
      closed,
    );
    expect([port, unix, safe]).toEqual([true, true, true]);
    expect(nothing).toContain('on the host, nothing answers at 127.0.0.1:1');
    expect(nothing).toContain('Connection refused');
    expect(none).toContain(`on the host, nothing answers at ${socket}.not`);
    expect(none).toContain('No such file or directory');
  });

  test('says so where there is no host', async () => {
    const [alone] = await runChecks([check(`${inside}/`)], {
      ...outside,
      clock: { now: () => performance.now(), sleep: () => Promise.resolve() },
      env: {},
      show: () => undefined,
    });
    expect(alone?.found).toBe('not sent: it is from: host, and no host is connected');
  });

  test('keeps what the inside gave apart from what the outside is asked', async () => {
    const saved = { id: { from: 'json' as const, at: 'id', secret: false } };
    const [first, out, cookies] = await run([
      check(`${inside}/`, { save: saved, session: 's' }),
      check(`${inside}/{id}`, { from: 'runner' }),
      check(`${inside}/`, { from: 'runner', session: 's', contains: ['"cookie"'] }),
    ]);
    expect(first).toBe(true);
    expect(out).toContain(`came from ${inside} on the host and does not go to ${inside}`);
    expect(cookies).toContain('found it nowhere');
  });
});
