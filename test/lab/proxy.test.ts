import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startProxy, type Proxy } from './proxy.ts';

/** A server that sends back what it gets, and ends when its client does. */
const echo = () =>
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });

const bytesOf = (socket: Socket, wanted: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    socket.on('error', reject);
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= wanted) resolve(Buffer.concat(parts));
    });
  });

const closing = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let how = 'closed';
    socket.on('error', (error: NodeJS.ErrnoException) => {
      how = error.code ?? error.message;
    });
    socket.on('close', () => {
      resolve(how);
    });
  });

const within = async (ms: number, promise: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  return Promise.race([promise.then(() => true), late]).finally(() => {
    clearTimeout(timer);
  });
};

describe('the proxy', () => {
  const server = echo();
  let proxy: Proxy;
  const client = (): Socket => connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
  const target = (): number => (server.address() as AddressInfo).port;

  beforeEach(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterEach(async () => {
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('passes all on, and both ends', async () => {
    proxy = await startProxy(target());
    const socket = client();
    const sent = Buffer.alloc(3_000_000, 'landfall');
    const got = bytesOf(socket, sent.length);
    const closed = closing(socket);
    socket.end(sent);
    expect((await got).equals(sent)).toBe(true);
    expect(await closed).toBe('closed');
    expect(proxy.connections()).toBe(1);
  });

  test.each([80, 300])('takes %s ms there and back, and as long to connect', async (roundTrip) => {
    proxy = await startProxy(target(), { roundTrip });
    const socket = client();
    const began = performance.now();
    const first = bytesOf(socket, 1);
    socket.write('a');
    await first;
    const answered = performance.now();
    expect(answered - began).toBeGreaterThan(2 * roundTrip - 5);
    socket.removeAllListeners('data');
    const second = bytesOf(socket, 1);
    socket.write('b');
    await second;
    expect(performance.now() - answered).toBeGreaterThan(roundTrip - 5);
    expect(performance.now() - answered).toBeLessThan(roundTrip + 60_000);
    socket.destroy();
  });

  test('passes no more than its rate', async () => {
    proxy = await startProxy(target(), { rate: 1_000_000 });
    const socket = client();
    const sent = Buffer.alloc(500_000, 'x');
    const got = bytesOf(socket, sent.length);
    const began = performance.now();
    socket.write(sent);
    expect((await got).equals(sent)).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(490);
    socket.destroy();
  });

  test('stalls without a word, and goes on where it was', async () => {
    proxy = await startProxy(target(), { roundTrip: 10 });
    const socket = client();
    const first = bytesOf(socket, 1);
    socket.write('a');
    await first;
    proxy.freeze();
    socket.removeAllListeners('data');
    const second = bytesOf(socket, 1);
    socket.write('b');
    expect(await within(100, second)).toBe(false);
    proxy.thaw();
    expect((await second).toString()).toBe('b');
    socket.destroy();
  });

  test('cuts after so many bytes, which arrive', async () => {
    const heard: Buffer[] = [];
    server.once('connection', (far) => far.on('data', (part: Buffer) => heard.push(part)));
    proxy = await startProxy(target(), { roundTrip: 10 });
    const socket = client();
    const closed = closing(socket);
    proxy.cutAfter(4);
    socket.write('landfall');
    await closed;
    for (let tries = 0; heard.length === 0 && tries < 100; tries++) await new Promise((go) => setTimeout(go, 10));
    expect(Buffer.concat(heard).toString()).toBe('land');
  });

  test('resets', async () => {
    proxy = await startProxy(target());
    const socket = client();
    const first = bytesOf(socket, 1);
    socket.write('a');
    await first;
    const closed = closing(socket);
    proxy.reset();
    expect(await closed).toBe('ECONNRESET');
  });
});
