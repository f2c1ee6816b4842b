/** WebSocket checks against a real server. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import type { Check } from '#config';
import { outside, runChecks } from '#check';
import { plainCheck } from '../../test/fakes/plain-check.ts';

const server = http.createServer((_, response) => {
  response.writeHead(200, { 'set-cookie': 'sid=0123456789; Path=/' }).end('no WebSocket here');
});
const sockets = new WebSocketServer({ noServer: true });
const seen: http.IncomingHttpHeaders[] = [];
let url = '';

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => {
    seen.push(request.headers);
    if (request.url === '/secret/') {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    if (request.url === '/torn/') {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined);
      if (request.url === '/bye/') client.close(4001, 'log in first');
      if (request.url === '/crash/')
        setTimeout(() => {
          client.terminate();
        }, 20);
      if (request.url === '/flood/') for (let left = 2000; left > 0; left--) client.send('noise');
      if (request.url === '/big/') client.send('x'.repeat(2_000_000));
      if (request.url === '/ws/') client.send('{"type":"hello","release":"3f9c2ab"}');
      client.on('message', (text: Buffer) => {
        client.send(`echo ${text.toString()}`);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  for (const client of sockets.clients) client.terminate();
  server.close();
  server.closeAllConnections();
});

const check = (path: string, more: Partial<Check> = {}): Check => ({
  ...plainCheck(path),
  ownRedirect: false,
  websocket: { close: undefined },
  within: 0,
  max: 60_000,
  ...more,
});

const run = async (...checks: readonly Check[]) => {
  const checked = await runChecks(checks, {
    ...outside,
    url,
    clock: { now: () => performance.now(), sleep: () => Promise.resolve() },
    env: { KEY: 'hunter2hunter2' },
    show: () => undefined,
  });
  return checked.map(({ ok, found }) => found ?? ok);
};

test('what is right passes', async () => {
  const all = await run(
    check('/ws/'),
    check('/ws/', { json: { release: '3f9c2ab', '$.type': 'hello' } }),
    check('/ws/', { body: 'ping', contains: ['echo ping'] }),
    check('/ws/', { data: { a: 1 }, contains: ['{"a":1}'] }),
    check('/bye/', { websocket: { close: 4001 } }),
    check('/secret/', { status: [403] }),
  );
  expect(all).toEqual([true, true, true, true, true, true]);
});

test('what came instead is said', async () => {
  // these are listened to for their whole time
  const late = [
    check('/ws/', { contains: ['never'], max: 10_000 }),
    check('/quiet/', { contains: ['never'], json: { a: 1 }, max: 10_000 }),
    check('/ws/', { websocket: { close: 1000 }, max: 10_000 }),
  ];
  const found = await Promise.all(late.map((one) => run(one)));
  expect(found.flat()).toEqual([
    'expected a message with "never" within 10 s, found one: {"type":"hello","release":"3f9c2ab"}',
    'expected a message with "never" and a = 1 within 10 s, found none',
    'expected the server to close it with 1000, it stayed open',
  ]);
  const all = await run(
    check('/bye/', { contains: ['x'] }),
    check('/secret/'),
    check('/ws/', { status: [403] }),
    check('/secret/', { status: [401] }),
    check('/torn/'),
  );
  const at = new URL(url).host;
  expect(all).toEqual([
    'expected a message with "x" within 1 min, found none; the server closed it with 4001 (log in first)',
    `expected a WebSocket, ${at} answers with status 403`,
    'expected status 403 instead of a WebSocket, but it was opened',
    'expected status 401 instead of a WebSocket, found 403',
    `${at} closed the connection without an answer`,
  ]);
});

test('a connection that breaks off, and one that says too much, end', async () => {
  const [crash, flood, big] = await run(
    check('/crash/', { contains: ['x'] }),
    check('/flood/', { contains: ['x'] }),
    check('/big/', { contains: ['y'] }),
  );
  expect(crash).toContain('the server closed it with 1006');
  expect(flood).toContain('found 1000, the last: noise; the server said more than a check listens to');
  expect(big).toContain('found none; ');
});

test('a session’s cookies and an Origin go along; no secret is shown', async () => {
  seen.length = 0;
  const page = { ...plainCheck('/'), session: 's', within: 0 };
  const [, echo] = await run(
    page,
    check('/ws/', { session: 's', headers: { 'X-Key': '$KEY' }, body: '$KEY', contains: ['never'], max: 10_000 }),
  );
  expect(seen[0]).toMatchObject({ cookie: 'sid=0123456789', origin: url, 'x-key': 'hunter2hunter2' });
  expect(echo).toContain('the last: echo $KEY');
});

test('no server at all is explained', async () => {
  const [closed] = await run(check('http://127.0.0.1:1/'));
  expect(closed).toBe('the connection to 127.0.0.1:1 was refused: nothing listens there');
});
