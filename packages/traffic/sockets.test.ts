import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import type { Check } from '#config';
import { linesOf, outside } from '#check';
import type { Clock } from '#plan';
import { followSockets } from '#traffic';
import { plainCheck } from '../../test/fakes/plain-check.ts';

const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

type Release = {
  readonly port: number;
  readonly clients: () => number;
  readonly end: (how: 'close' | 'drop' | 'reset') => Promise<void>;
};

/** An application that greets whoever comes, until it ends: by a word (1001), without one, or by a reset. */
const release = async (port = 0, greeting = 'hello'): Promise<Release> => {
  const server = http.createServer((_, response) => response.end());
  const wires = new Set<Socket>();
  server.on('connection', (socket: Socket) => wires.add(socket));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client) => {
    client.send(greeting);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    clients: () => sockets.clients.size,
    end: async (how) => {
      const closed = new Promise((resolve) => server.close(resolve));
      if (how === 'close') for (const client of sockets.clients) client.close(1001);
      await wait(how === 'close' ? 100 : 0);
      for (const wire of wires) if (how === 'reset') wire.resetAndDestroy(); else wire.destroy(); // prettier-ignore
      await closed;
    },
  };
};

const running: Release[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.end('drop').catch(() => undefined);
});
const start = async (...given: Parameters<typeof release>): Promise<Release> => {
  const made = await release(...given);
  running.push(made);
  return made;
};
const check = (more: Partial<Check> = {}): Check => ({
  ...plainCheck('/ws/'),
  ownRedirect: false,
  websocket: { close: undefined },
  ...more,
});
const follow = (port: number, ...checks: readonly Check[]) =>
  followSockets({
    clock,
    lines: linesOf(checks, { url: `http://127.0.0.1:${port}`, env: {}, webSocket: outside.webSocket }),
  });

test.each([
  ['close', 1001],
  ['drop', 1006],
  ['reset', 1006],
] as const)(
  'one that the old release ends by %s has ended with %d, and is greeted by the new one',
  async (how, code) => {
    const old = await start();
    const meter = follow(old.port, check({ contains: ['hello'] }));
    await meter.settled(60_000);
    await wait(100);
    await old.end(how);
    await wait(700);
    const next = await start(old.port);
    await meter.settled(60_000);
    expect(next.clients()).toBe(1);
    const [seen, ...more] = await meter.stop();
    expect(more).toEqual([]);
    if (seen?.measured !== true) throw new Error(JSON.stringify(seen));
    expect(seen.says).toBe('WebSocket /ws/');
    expect(seen.ends.map((end) => end.code)).toEqual([code]);
    expect(seen.ends[0]?.ms).toBeGreaterThan(90);
    expect(seen.back).toBeGreaterThan(290);
    expect(await meter.stop()).toEqual([seen]);
  },
);

test('one that nobody greets again is not back, however often it was let in', async () => {
  const old = await start();
  const meter = follow(old.port, check({ contains: ['hello'] }));
  await meter.settled(60_000);
  await wait(100);
  await old.end('drop');
  await wait(300);
  await start(old.port, 'who are you?');
  await meter.settled(600);
  const [seen] = await meter.stop();
  expect(seen).toMatchObject({ measured: true, ends: [{ code: 1006 }] });
  expect(seen).not.toHaveProperty('back');
});

test('one that goes on over the switch stayed open', async () => {
  const old = await start();
  const meter = follow(old.port, check());
  await meter.settled(60_000);
  await wait(50);
  await meter.settled(60_000);
  expect(await meter.stop()).toEqual([{ says: 'WebSocket /ws/', measured: true, ends: [] }]);
});

test('what was not greeted before is not measured, and is no 0', async () => {
  const old = await start();
  await old.end('drop');
  const meter = follow(old.port, check());
  await wait(100);
  await start(old.port);
  await meter.settled(1000);
  expect(await meter.stop()).toEqual([
    { says: 'WebSocket /ws/', measured: false, why: 'it was not greeted before the switch' },
  ]);
});

test('only what stays open by itself, from outside, is followed', () => {
  const not: readonly Partial<Check>[] = [
    { websocket: undefined },
    { websocket: { close: 4001 } },
    { status: [403] },
    { from: 'host' },
    { session: 'visitor' },
    { url: '/ws/{job}/' },
    { url: '/ws/$UNSET/' },
  ];
  const saves = check({
    websocket: undefined,
    save: { job: { from: 'json', at: 'id', secret: false } },
  });
  const setting = { url: 'http://127.0.0.1:1', env: {}, webSocket: outside.webSocket };
  expect(linesOf([saves, ...not.map(check)], setting)).toEqual([]);
  expect(linesOf([saves, check()], setting).map(({ says }) => says)).toEqual(['WebSocket /ws/']);
});
