import { EventEmitter } from 'node:events';
import { PassThrough, type Duplex } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Client } from 'ssh2';
import { linkOf } from './link.ts';

test('of what comes to a port of the host, only what comes from the host itself is handed on', async () => {
  const client = Object.assign(new EventEmitter(), {
    forwardIn: (_address: string, _port: number, answer: (error: undefined, port: number) => void) => {
      answer(undefined, 4321);
    },
    unforwardIn: (_address: string, _port: number, answer: () => void) => {
      answer();
    },
  });
  const link = linkOf(client as unknown as Client, new PassThrough(), () => '');
  const handed: Duplex[] = [];
  const listening = await link.listen((connection) => handed.push(connection));
  const come = (srcIP: string, destPort = 4321): string => {
    let what = 'nothing';
    client.emit(
      'tcp connection',
      { srcIP, srcPort: 1, destIP: '127.0.0.1', destPort },
      () => {
        what = 'accepted';
        return new PassThrough();
      },
      () => {
        what = 'refused';
      },
    );
    return what;
  };
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((from) => come(from))).toEqual([
    'accepted',
    'accepted',
    'accepted',
  ]);
  // `GatewayPorts yes` makes an sshd listen everywhere
  expect(['10.0.0.7', '2001:db8::1', '::ffff:10.0.0.7', '12.7.0.1'].map((from) => come(from))).toEqual(
    Array(4).fill('refused'),
  );
  expect(come('127.0.0.1', 4322)).toBe('nothing');
  expect(handed).toHaveLength(3);
  await listening.close();
  expect(come('127.0.0.1')).toBe('nothing');
});
