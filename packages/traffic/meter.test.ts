import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Clock } from '#plan';
import { get, measureGap } from '#traffic';

const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await wait(10);
};

let server: http.Server | undefined;
let connections = 0;
const serve = async (
  port = 0,
  answer: http.RequestListener = (_, response) => response.end('hello'),
): Promise<number> => {
  const made = http.createServer(answer);
  made.on('connection', () => connections++);
  server = made;
  await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
  return (made.address() as AddressInfo).port;
};
const halt = async (): Promise<void> => {
  const old = server;
  server = undefined;
  if (old === undefined) return;
  old.closeAllConnections();
  await new Promise((resolve) => old.close(resolve));
};
afterEach(halt);

test('a server that is away for a while leaves a gap of that length', async () => {
  const port = await serve();
  connections = 0;
  let [good, failed] = [0, 0];
  const request = async (url: string) => {
    const status = await get(url, 60_000);
    if (status === undefined) failed += 1;
    else good += 1;
    return status;
  };
  const meter = measureGap({ url: `http://127.0.0.1:${port}/`, serves: true, request, clock, everyMs: 25 });
  await meter.start();
  await until(() => good > 2);
  await halt();
  await until(() => failed > 3);
  await wait(500);
  const away = connections;
  await serve(port);
  await until(() => connections > away);
  meter.proven(clock.now());
  const gap = await meter.stop();
  if (!gap.measured) throw new Error(gap.why);
  expect(gap.ms).toBeGreaterThanOrEqual(490);
  expect(gap.bad).toBeGreaterThan(3);
  // one may have been taken by the server just before it went away
  expect(connections).toBeGreaterThanOrEqual(gap.requests - gap.bad);
  expect(connections).toBeLessThanOrEqual(gap.requests);
  expect(await meter.stop()).toEqual(gap);
});

test('what comes after the start does not overtake the first request', async () => {
  let answer: (status: number) => void = () => undefined;
  const request = () => new Promise<number>((resolve) => (answer = resolve));
  const meter = measureGap({ url: 'http://example.org', serves: true, request, clock, everyMs: 60_000 });
  let begun = false;
  const starting = meter.start().then(() => (begun = true));
  await wait(50);
  expect(begun).toBe(false);
  answer(200);
  await starting;
  expect(await meter.stop()).toMatchObject({ measured: true, requests: 1, bad: 0 });
});

test('hanging requests hold up no others', async () => {
  let count = 0;
  const port = await serve(0, (_, response) => {
    if (++count % 2 === 1) response.end();
  });
  const request = (url: string) => get(url, 1500);
  const meter = measureGap({ url: `http://127.0.0.1:${port}/`, serves: true, request, clock, everyMs: 20 });
  await meter.start();
  await until(() => count > 8);
  const gap = await meter.stop();
  if (!gap.measured) throw new Error(gap.why);
  expect(gap.requests).toBeGreaterThan(5);
  expect(gap.bad).toBeGreaterThan(1);
  expect(gap.bad).toBeLessThan(gap.requests);
});

/** A clock that is moved by sleeping, and a URL that answers with these statuses in turn, then with nothing. */
const scripted = (statuses: readonly number[]) => {
  let time = 0;
  let at = 0;
  const moved: Clock = {
    now: () => time,
    sleep: async (ms, signal) => {
      await wait(0);
      if (signal?.aborted !== true) time += ms;
    },
  };
  const meter = measureGap({
    url: 'http://example.org',
    serves: true,
    request: () => Promise.resolve(statuses[at++]),
    clock: moved,
  });
  return {
    meter,
    now: () => time,
    until: async (asked: number) => {
      while (at < asked) await wait(0);
    },
  };
};

test('a 5xx is bad; a redirect and a 4xx are not; without a good end the gap lasts until stop', async () => {
  const { meter, until } = scripted([200, 302, 404, 500, 200]);
  await meter.start();
  await until(8);
  const gap = await meter.stop();
  expect(gap).toMatchObject({ measured: true });
  if (!gap.measured) return;
  expect(gap.requests - gap.bad).toBe(4);
  // Good at 0, 50, 100 and 200 ms; then nothing, until the stop at 350 ms or a tick later.
  expect(gap.ms).toBeGreaterThanOrEqual(150);
  expect(gap.ms).toBeLessThanOrEqual(250);
});

test('once the release is proven, it asks until 2 s after the first good answer since it came up', async () => {
  const { meter, until, now } = scripted([200, 500, 500, 200, 200, 200, 200, 200, ...Array<number>(99).fill(200)]);
  await meter.start();
  await until(8);
  // good at 0, then from 150 ms on; it came up at 120 ms
  meter.proven(120);
  const gap = await meter.stop();
  expect(now()).toBeGreaterThanOrEqual(2150);
  expect(now()).toBeLessThan(2150 + 200);
  expect(gap).toMatchObject({ measured: true, ms: 150, bad: 2 });
});

test('proven before any good answer, it asks for 2 s from then on', async () => {
  const { meter, until, now } = scripted([200, ...Array<number>(99).fill(500)]);
  await meter.start();
  await until(4);
  const from = now();
  meter.proven(60);
  await meter.stop();
  expect(now()).toBeGreaterThanOrEqual(from + 2000);
});

test('what cannot be measured is never 0', async () => {
  const none = { request: get, clock, serves: true };
  expect(await measureGap(none).stop()).toEqual({ measured: false, why: 'no url' });
  const first = measureGap({ ...none, url: 'http://127.0.0.1:1/', serves: false });
  await first.start();
  first.proven(0);
  expect(await first.stop()).toEqual({ measured: false, why: 'nothing served before' });
  expect(await measureGap({ ...none, url: 'http://127.0.0.1:1/' }).stop()).toEqual({
    measured: false,
    why: 'no request was sent',
  });
  const down = scripted([]);
  await down.meter.start();
  await down.until(3);
  expect(await down.meter.stop()).toEqual({
    measured: false,
    why: 'the url gave no good answer before the switch',
  });
});
