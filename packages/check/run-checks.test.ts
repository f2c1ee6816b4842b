import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Check } from '#config';
import { httpClient, outside, runChecks } from '#check';
import { plainCheck } from '../../test/fakes/plain-check.ts';
import type { Setting } from '#check';

const seen: { line: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
let flaky = 0;
const open: Server[] = [];
let url = '';

const listen = async (server: Server): Promise<number> => {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const answers: Record<string, (response: http.ServerResponse) => void> = {
  '/': (response) => response.end('welcome'),
  '/json': (response) => response.end('{"status":"ok","deep":[{"a":1}]}'),
  '/moved': (response) => response.writeHead(302, { location: '/json' }).end(),
  '/away': (response) => response.writeHead(307, { location: `${url.replace('127.0.0.1', 'localhost')}/` }).end(),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/hang': () => undefined,
  '/torn': (response) => response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy()),
  '/big': (response) => response.end('x'.repeat(3_000_000)),
  '/flaky': (response) => response.writeHead(++flaky < 3 ? 503 : 200).end(`try ${flaky}`),
  '/echo': (response) =>
    response.writeHead(500).end(`you sent ${String(seen.at(-1)?.headers['x-key'])} and ${seen.at(-1)?.body ?? ''}`),
};

beforeAll(async () => {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({
        line: `${request.method} ${request.url}`,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      });
      const answer = answers[request.url ?? ''];
      if (answer === undefined) response.writeHead(404).end('no such page');
      else answer(response);
    });
  });
  url = `http://127.0.0.1:${await listen(server)}`;
});

afterAll(() => {
  for (const server of open) {
    server.close();
    if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
  }
});

const check = (path: string, more: Partial<Check> = {}): Check => ({
  ...plainCheck(path),
  ownRedirect: false,
  within: 0,
  every: 1,
  ...more,
});

const run = async (checks: readonly Check[], more: Partial<Setting> = {}) => {
  const lines: string[] = [];
  let waited = 0;
  const checked = await runChecks(checks, {
    url,
    ...outside,
    clock: {
      now: () => waited,
      sleep: (ms) => {
        waited += ms;
        return Promise.resolve();
      },
    },
    env: {},
    show: (line) => lines.push(line),
    ...more,
  });
  return { checked, lines, found: checked.map(({ ok, found }) => found ?? ok) };
};

test('what is right passes', async () => {
  const { found } = await run([
    plainCheck(`${url}/`),
    plainCheck(`${url}/moved`),
    check('/', { method: 'HEAD' }),
    check('/json', { json: { status: 'ok', '$.deep[0].a': 1 } }),
    check('/moved', { redirect: '/json' }),
    check('/moved', { follow: true, contains: ['deep'] }),
    check('/missing', { status: [404] }),
  ]);
  expect(found).toEqual([true, true, true, true, true, true, true]);
  expect(seen.every(({ headers }) => headers.connection === 'close')).toBe(true);
});

test('a failing check is tried again until it is right, and says what was wrong before', async () => {
  const { checked, lines } = await run([check('/flaky', { every: 10_000, within: 60_000 })]);
  expect(checked).toEqual([{ says: 'GET /flaky', ok: true, ms: 20_000, tries: 3 }]);
  expect(lines).toEqual([
    '… GET /flaky: expected status 2xx, found 503; the body: try 1; trying again for 1 min',
    '… GET /flaky: expected status 2xx, found 503; the body: try 2; trying again for 50 s',
    '✓ GET /flaky (20 s, 3 tries)',
  ]);
});

test('what was answered is told also where the last try was cut off', async () => {
  let asked = 0;
  answers['/worse'] = (response) => {
    asked += 1;
    if (asked < 3) response.writeHead(503).end('broken');
  };
  const { checked } = await run([check('/worse', { every: 200, within: 500 })]);
  expect(checked[0]?.found).toMatch(/^expected status 2xx, found 503;.*; then no answer from [\d.:]+ within \d+ ms$/);
});

test('retries end with `within`, or with the deadline; after a failure the others are tried once', async () => {
  const wrong = check('/missing', { name: 'health', every: 10, within: 35 });
  const first = await run([wrong, wrong, check('/')]);
  expect(first.checked.map(({ says, ok, tries }) => [says, ok, tries])).toEqual([
    ['health', false, 4],
    ['health', false, 1],
    ['GET /', true, 1],
  ]);
  expect((await run([wrong], { deadline: 15 })).checked[0]?.tries).toBe(2);
  const cancelled = await run([wrong], { signal: AbortSignal.abort() });
  expect(cancelled.found).toEqual(['cancelled']);
});

test('no value is ever shown', async () => {
  const checks = [check('/echo', { method: 'POST', headers: { 'X-Key': '$KEY' }, body: 'key=$KEY' })];
  const { checked, lines } = await run(checks, { env: { KEY: 'hunter2' } });
  expect(seen.at(-1)).toMatchObject({ headers: { 'x-key': 'hunter2' }, body: 'key=hunter2' });
  expect(checked[0]?.found).toBe('expected status 2xx, found 500; the body: you sent $KEY and key=$KEY');
  expect(JSON.stringify([checked, lines])).not.toContain('hunter2');
});

test('no answer is explained in words', async () => {
  const closed = await listen(createServer());
  await new Promise((resolve) => open.at(-1)?.close(resolve));
  const notHttp = await listen(createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n')));
  const rude = await listen(createServer((socket) => socket.destroy()));
  const { found } = await run(
    [
      check(`http://127.0.0.1:${closed}/`),
      check(`http://127.0.0.1:${notHttp}/`),
      check(`http://127.0.0.1:${rude}/`),
      check('/torn'),
      check('/hang', { max: 60 }),
      check('/loop', { follow: true }),
      check(url.replace('http:', 'https:')),
      check('/', { headers: { 'X-Key': '$KEY' } }),
      check('/', { headers: { 'X-Key': '$OTHER' } }),
      check('http://no-such-name.invalid/'),
    ],
    { env: { KEY: 'hunter2\n' } },
  );
  const at = new URL(url).host;
  expect(found.slice(0, 9)).toEqual([
    `the connection to 127.0.0.1:${closed} was refused: nothing listens there`,
    `127.0.0.1:${notHttp} answers, but not in HTTP (HPE_INVALID_CONSTANT)`,
    `127.0.0.1:${rude} closed the connection without an answer`,
    `${at} broke off in the middle of its answer (status 200)`,
    `no answer from ${at} within 60 ms`,
    'more than 20 redirects',
    `${at} does not speak TLS: is this a port for http:// ?`,
    'a request header holds a character that cannot be sent (a line end in a value?)',
    'not sent: $OTHER has no value; the input `env` lists the names that checks may use',
  ]);
  expect(found[9]).toMatch(/^the name in no-such-name.invalid:80 (is not known|could not be looked up)/);
});

test('a redirect elsewhere does not get the headers or the body', async () => {
  seen.length = 0;
  await run([check('/away', { method: 'POST', follow: true, headers: { 'X-Key': 'k' }, body: 'b' })]);
  expect(seen.map(({ line, body, headers }) => [line, body, headers['x-key']])).toEqual([
    ['POST /away', 'b', 'k'],
    ['POST /', '', undefined],
  ]);
});

test('a body is read up to its limit', async () => {
  const answer = await httpClient({ method: 'GET', url: new URL(`${url}/big`), headers: {}, limit: 60_000 });
  expect(answer).toMatchObject({ answered: true, cut: true, status: 200 });
  expect(answer.answered && answer.body.length).toBe(1_000_000);
});

test('a certificate is verified, for the name in the Host header', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-check-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const subject = ['-subj', '/CN=example.test', '-addext', 'subjectAltName=DNS:example.test'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  const names: unknown[] = [];
  const server = https.createServer(tls, (request, response) => {
    if (request.socket instanceof TLSSocket) names.push(request.socket.servername);
    response.end('hello');
  });
  const port = await listen(server);
  const address = `https://127.0.0.1:${port}/`;
  const strict = await run([check(address)]);
  expect(strict.found[0]).toContain('is self-signed');
  const secure = { method: 'GET', url: new URL(address), limit: 60_000 };
  const before = getCACertificates('default');
  setDefaultCACertificates([tls.cert]);
  try {
    const named = await httpClient({ ...secure, headers: { host: 'example.test' } });
    expect(named).toMatchObject({ answered: true, body: 'hello' });
    expect(names).toEqual(['example.test']);
    const other = await httpClient({ ...secure, headers: { host: 'other.test' } });
    expect(other).toMatchObject({ why: `the certificate of 127.0.0.1:${port} was made for other names` });
  } finally {
    setDefaultCACertificates(before);
  }
});
