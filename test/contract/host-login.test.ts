import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSession, type HostOptions } from '#host';
import { generateKey } from '../lab/keys.ts';
import { needing } from '../lab/needs.ts';
import { startProxy } from '../lab/proxy.ts';
import { embedded, optionsFor, removeBase, servers, session, sh, until, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

const refusal = async (server: Server, more: Partial<HostOptions>) => {
  const opened = await openSession(optionsFor(server, more));
  if (opened.ok) await opened.value.close();
  return opened.ok ? undefined : opened.fault;
};

describe.each(servers)('logging in to $name', ({ name, needs, start }) => {
  const { test: it, missing } = needing(...needs);
  let server: Server;
  beforeAll(async () => {
    if (missing.length === 0) server = await start();
  }, 300_000);
  afterAll(async () => {
    if (missing.length === 0) await server.close();
  });
  const other = generateKey('other');

  it(`${name}: takes pins as bare keys and as known_hosts lines`, async () => {
    const lines = [
      server.hostKey,
      `[127.0.0.1]:${server.port} ${server.hostKey}`,
      `127.0.0.1 ${server.hostKey}`,
      `10.0.0.1 ${other.publicKey}\n127.0.* ${server.hostKey}`,
    ];
    for (const pins of lines) expect(await refusal(server, { pins })).toBeUndefined();
  });

  it(`${name}: refuses a host without a pin, and prints the line to add`, async () => {
    const fault = await refusal(server, { pins: 'nonsense\n' });
    expect(fault).toMatchObject({
      code: 'SSH_HOST_KEY_MISSING',
      said: expect.arrayContaining([expect.stringContaining('line 1')]),
    });
    expect(fault?.next).toContain(`key: ${server.hostKey}`);
    expect(fault?.next).toContain(`[127.0.0.1]:${server.port} ${server.hostKey}`);
    expect(fault?.next).toMatch(/ssh-keygen -lf .*SHA256:[A-Za-z0-9+/]{43}/s);
  });

  it(`${name}: refuses a host with another key, one that is revoked, and one known by an authority only`, async () => {
    const differs = await refusal(server, { pins: other.publicKey });
    expect(differs?.code).toBe('SSH_HOST_KEY_DIFFERS');
    expect(differs?.said.filter((line) => line.includes('SHA256:'))).toHaveLength(2);
    const revoked = await refusal(server, { pins: `${server.hostKey}\n@revoked * ${server.hostKey}` });
    expect(revoked).toMatchObject({ code: 'SSH_HOST_KEY_DIFFERS', what: expect.stringContaining('@revoked') });
    const authority = await refusal(server, { pins: `@cert-authority * ${other.publicKey}` });
    expect(authority).toMatchObject({ code: 'SSH_HOST_KEY_CA', next: expect.stringContaining(server.hostKey) });
  });

  it(`${name}: names a key that is refused, one that cannot be read, and a port where nobody answers`, async () => {
    const wrong = await refusal(server, { key: { privateKey: other.privateKey } });
    expect(wrong).toMatchObject({ code: 'SSH_REFUSED', next: expect.stringContaining('authorized_keys') });
    expect(await refusal(server, { key: { privateKey: 'hello' } })).toMatchObject({ code: 'SSH_KEY_UNREADABLE' });
    expect(await refusal(server, { port: 1 })).toMatchObject({ code: 'SSH_UNREACHABLE' });
    const aborted = AbortSignal.abort();
    expect(await refusal(server, { signal: aborted })).toMatchObject({ code: 'CANCELLED' });
  });
});

test('a host that takes the connection and says nothing is unreachable, and a cancel ends the wait', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const server = {
    address: '127.0.0.1' as const,
    port: (silent.address() as AddressInfo).port,
    user: 'deploy',
    hostKey: '',
    close: () => Promise.resolve(),
  };
  expect(await refusal(server, { connectMs: 300 })).toMatchObject({ code: 'SSH_UNREACHABLE' });
  expect(await refusal(server, { signal: AbortSignal.timeout(100) })).toMatchObject({ code: 'CANCELLED' });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test('a network that is gone without a word is a lost connection, blocks no close, and is connected again', async () => {
  const server = await embedded();
  const proxy = await startProxy(server.port);
  const host = await session({ ...server, port: proxy.port }, { keepaliveMs: 1000 });
  const running = host.run('p', sh('sleep 60'), []);
  await until(() => server.commands().length > 0);
  proxy.freeze();
  expect(await running).toMatchObject({ fault: { code: 'SSH_LOST' } });
  proxy.thaw();
  expect(await host.run('p', sh('echo back'), [])).toEqual({ ok: true, value: 'back\n' });
  proxy.freeze();
  await host.close();
  await proxy.close();
  await server.close();
});
