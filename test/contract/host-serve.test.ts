import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from '@jest/globals';
import { must } from '#fault';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import { embedded, key, removeBase, session, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

const { test: withSshd } = needing('sshd');
const sshd = (lines: readonly string[] = []): Promise<Server> =>
  startRealSshd(found('sshd') ?? '', [key.publicKey], lines);

const ask = (port: number, said: string): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(said);
  return text(socket);
};

withSshd(
  'a host listens on its loopback for whoever runs this, behind a jump host too, until it is closed',
  async () => {
    const [jump, server] = await Promise.all([sshd(), sshd()]);
    const { user, address, port, hostKey: pins } = jump;
    for (const via of [[], [{ name: 'jump', user, address, port, pins }]]) {
      const host = await session(server, { via });
      const heard: string[] = [];
      const listening = must(
        await host.serve((connection) => {
          connection.on('data', (chunk: Buffer) => {
            heard.push(chunk.toString());
          });
          connection.on('end', () => connection.end(`answer ${heard.length}`));
        }),
      );
      expect(await ask(listening.port, 'one')).toBe('answer 1');
      expect(await Promise.all([ask(listening.port, 'two'), ask(listening.port, 'three')])).toContain('answer 3');
      expect(heard).toEqual(expect.arrayContaining(['one', 'two', 'three']));
      await listening.close();
      await expect(ask(listening.port, 'late')).rejects.toThrow('ECONNREFUSED');
      await host.close();
    }
    await Promise.all([jump.close(), server.close()]);
  },
  300_000,
);

withSshd('an sshd that listens for nobody is told with the lines that mend it', async () => {
  for (const lines of [['AllowTcpForwarding local'], ['DisableForwarding yes'], ['PermitListen none']]) {
    const server = await sshd(lines);
    const host = await session(server);
    const refused = await host.serve(() => undefined);
    expect([lines, refused]).toMatchObject([
      lines,
      { ok: false, fault: { code: 'SSH_FORWARD', next: expect.stringContaining('AllowTcpForwarding yes') } },
    ]);
    await host.close();
    await server.close();
  }
});

test('a server without such a thing is told, too', async () => {
  const server = await embedded();
  const host = await session(server);
  expect(await host.serve(() => undefined)).toMatchObject({ ok: false, fault: { code: 'SSH_FORWARD' } });
  await host.close();
  await server.close();
});
