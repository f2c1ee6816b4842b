import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSession, type HostOptions } from '#host';
import { must } from '#fault';
import { generateKey } from '../lab/keys.ts';
import { found, needing } from '../lab/needs.ts';
import { startProxy } from '../lab/proxy.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import { embedded, key, optionsFor, removeBase, sh, until, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

type Jump = NonNullable<HostOptions['via']>[number];
const jumpOf = (server: Server, more: Partial<Jump> = {}): Jump => ({
  name: `jump@${server.address}:${server.port}`,
  user: server.user,
  address: server.address,
  port: server.port,
  pins: server.hostKey,
  ...more,
});
const echo = sh('echo "$1"');

const faultOf = async (options: HostOptions) => {
  const opened = await openSession(options);
  if (opened.ok) await opened.value.close();
  return opened.ok ? undefined : opened.fault;
};

const sshd = (lines: readonly string[] = []): Promise<Server> =>
  startRealSshd(found('sshd') ?? '', [key.publicKey], lines);

const kinds = [
  {
    name: 'the embedded server',
    needs: [] as string[],
    jump: (): Promise<Server> => embedded({ forwards: true }),
    host: (): Promise<Server> => embedded(),
    closed: (): Promise<Server> => embedded(),
  },
  { name: 'sshd', needs: ['sshd'], jump: sshd, host: sshd, closed: () => sshd(['AllowTcpForwarding no']) },
];

describe.each(kinds)('a host behind a jump host ($name)', ({ name, needs, jump: startJump, host, closed }) => {
  const { test: it, missing } = needing(...needs);
  let servers: readonly Server[] = [];
  let outer: Server;
  let inner: Server;
  let server: Server;
  let shut: Server;
  beforeAll(async () => {
    if (missing.length > 0) return;
    servers = await Promise.all([startJump(), startJump(), host(), closed()]);
    [outer, inner, server, shut] = servers as [Server, Server, Server, Server];
  }, 300_000);
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.close()));
  });
  const other = generateKey('other').publicKey;

  it(`${name}: runs programs behind one and behind two, each pinned, with several keys given`, async () => {
    const pinned = [`${other}\n${outer.hostKey}`, `[127.0.0.1]:${outer.port} ${outer.hostKey}`];
    for (const pins of pinned)
      for (const via of [[jumpOf(outer, { pins })], [jumpOf(outer, { pins }), jumpOf(inner)]]) {
        const session = must(await openSession(optionsFor(server, { via })));
        expect(await session.run('p', echo, ['there'])).toEqual({ ok: true, value: 'there\n' });
        await session.close();
      }
  });

  it(`${name}: takes no jump host without its pin, and says where to put it`, async () => {
    const via = [jumpOf(outer), jumpOf(inner, { pins: '' })];
    const missing = await faultOf(optionsFor(server, { via }));
    expect(missing).toMatchObject({ code: 'SSH_HOST_KEY_MISSING', host: via[1]?.name });
    expect(missing?.next).toContain(`below \`hosts.via\`:  key: ${inner.hostKey}`);
    expect(missing?.next).not.toContain('host-key');
    const first = await faultOf(optionsFor(server, { via: [jumpOf(outer, { pins: other }), jumpOf(inner)] }));
    expect(first).toMatchObject({ code: 'SSH_HOST_KEY_DIFFERS', host: via[0]?.name });
    expect(first?.next).toContain(`below \`hosts.via.via\`:  key: ${outer.hostKey}`);
    // the pin of the jump host is none of the host's
    const last = await faultOf(optionsFor(server, { via: [jumpOf(outer)], pins: outer.hostKey }));
    expect(last).toMatchObject({ code: 'SSH_HOST_KEY_DIFFERS', host: optionsFor(server).name });
    expect(last?.next).toContain(`below \`hosts\`:  key: ${server.hostKey}`);
  });

  it(`${name}: tells a jump host that forwards nothing, and what to change there`, async () => {
    const via = [jumpOf(shut)];
    const fault = await faultOf(optionsFor(server, { via }));
    expect(fault).toMatchObject({ code: 'SSH_NO_FORWARDING', host: via[0]?.name });
    expect(fault?.next).toContain('AllowTcpForwarding local');
    expect(fault?.next).toContain(`127.0.0.1:${server.port}`);
  });

  it(`${name}: tells a host that the jump host does not reach, and whose key is not taken`, async () => {
    expect(await faultOf(optionsFor(server, { via: [jumpOf(outer)], port: 1 }))).toMatchObject({
      code: 'SSH_UNREACHABLE',
      host: optionsFor(server).name,
      what: expect.stringContaining(`asked from the jump host ${jumpOf(outer).name}: `),
    });
    const stranger = { privateKey: generateKey('stranger').privateKey };
    expect(await faultOf(optionsFor(server, { via: [jumpOf(outer)], key: stranger }))).toMatchObject({
      code: 'SSH_REFUSED',
      host: jumpOf(outer).name,
    });
    const dead = optionsFor(server, { via: [jumpOf(outer, { port: 1 })] });
    expect(await faultOf(dead)).toMatchObject({ code: 'SSH_UNREACHABLE', host: jumpOf(outer).name });
  });
});

test('a jump host that is lost is a lost connection, and the way is gone again', async () => {
  const [jump, server] = await Promise.all([embedded({ forwards: true }), embedded()]);
  const proxy = await startProxy(jump.port);
  const via = [jumpOf({ ...jump, port: proxy.port })];
  const session = must(await openSession(optionsFor(server, { via, keepaliveMs: 1000 })));
  const running = session.run('p', sh('sleep 60'), []);
  await until(() => server.commands().length > 0);
  proxy.cut();
  expect(await running).toMatchObject({ fault: { code: 'SSH_LOST' } });
  expect(await session.run('p', echo, ['back'])).toEqual({ ok: true, value: 'back\n' });
  // the host goes and the jump host stays: its old connection must not stay too
  server.cut();
  await until(() => proxy.live() === 0);
  expect(await session.run('p', echo, ['again'])).toEqual({ ok: true, value: 'again\n' });
  expect(proxy.live()).toBe(1);
  proxy.freeze();
  await session.close();
  await proxy.close();
  await Promise.all([jump.close(), server.close()]);
});

test('a cancel ends the wait for a jump host that does not answer for the next host', async () => {
  const [jump, server] = await Promise.all([embedded({ forwards: true }), embedded()]);
  const proxy = await startProxy(server.port);
  proxy.freeze();
  const options = optionsFor({ ...server, port: proxy.port }, { via: [jumpOf(jump)] });
  expect(await faultOf({ ...options, signal: AbortSignal.timeout(300) })).toMatchObject({ code: 'CANCELLED' });
  expect(await faultOf({ ...options, connectMs: 300 })).toMatchObject({ code: 'SSH_UNREACHABLE' });
  await proxy.close();
  await Promise.all([jump.close(), server.close()]);
});
