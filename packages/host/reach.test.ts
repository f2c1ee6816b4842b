import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { transport } from '#remote';
import { reach } from './reach.ts';

const refused = Object.assign(new Error('open failed'), { reason: 1 });
const forward = () => Promise.reject(refused);

test('says what to change where the host neither forwards nor has python3', async () => {
  const relay = () => Promise.resolve({ why: 'no-python' as const, said: '' });
  expect(await reach('web', { forward, relay }, { host: '127.0.0.1', port: 8000 })).toMatchObject({
    fault: {
      code: 'SSH_FORWARD',
      host: 'web',
      what: 'the host does not forward connections to 127.0.0.1:8000, and has no python3 that could make them',
      next: expect.stringContaining('AllowTcpForwarding'),
      said: ['open failed'],
    },
  });
  expect(await reach('web', { forward, relay }, { socket: '/run/web.sock' })).toMatchObject({
    fault: { next: expect.stringContaining('AllowStreamLocalForwarding') },
  });
});

test('says so where no program runs', async () => {
  const relay = () => Promise.reject(new Error('the connection is gone'));
  expect(await reach('web', { forward, relay }, { host: '::1', port: 80 })).toMatchObject({
    fault: { code: 'SSH_FORWARD', said: ['the connection is gone'] },
  });
});

test('does not ask a program where sshd has asked', async () => {
  const reason = { reason: 2 };
  const asked = () => Promise.reject(Object.assign(new Error('Connection refused'), reason));
  const relay = () => Promise.reject(new Error('it was asked'));
  expect(await reach('web', { forward: asked, relay }, { host: '127.0.0.1', port: 1 })).toMatchObject({
    fault: { what: 'on the host, nothing answers at 127.0.0.1:1', said: ['Connection refused'] },
  });
});

test('the program says by its exit code that python3 is missing', () => {
  const ended = spawnSync('/bin/sh', ['-c', transport.relay, 'relay', transport.relayBody, '127.0.0.1', '1'], {
    env: { PATH: '/nowhere' },
  });
  expect(ended.status).toBe(69);
});
