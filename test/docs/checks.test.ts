/** docs/checks.md: each of its examples is run, and passes, on the example application behind TLS. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { filesOf, outside, runChecks } from '#check';
import type { Check } from '#config';
import { resolveSettings } from '#config';
import { must } from '#fault';
import { openHost } from '#host';
import type { Host } from '#host';
import type { Checked } from '#plan';
import { key, optionsFor, removeBase } from '../contract/ssh-hosts.ts';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import type { RealSshd } from '../lab/real-sshd.ts';
import { startSpineSite } from '../lab/spine-site.ts';
import type { SpineSite } from '../lab/spine-site.ts';
import { blocks } from './markdown.ts';

const examples = blocks(readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8'), 'yaml');
const password = 'open sesame & more';

const checksOf = (text: string): readonly Check[] => {
  const { settings, problems } = resolveSettings({ text, file: 'landfall.yml', overrides: {} });
  expect(problems).toEqual([]);
  return settings?.checks ?? [];
};

needing('python3', 'openssl', 'sshd').describe('checks', () => {
  let site: SpineSite;
  let sshd: RealSshd;
  let host: Host;
  beforeAll(async () => {
    site = await startSpineSite({ DESK_PASSWORD: password, ALLOWED_HOSTS: 'localhost,127.0.0.1,example.org' });
    sshd = await startRealSshd(found('sshd') ?? '', [key.publicKey]);
    host = must(await openHost(optionsFor(sshd)));
    // what daphne would do beside gunicorn
    const sockets = new WebSocketServer({ noServer: true });
    site.front.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (request.url === '/ws/members/') {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send('{"type":"hello"}');
        if (request.url === '/ws/bye/') client.close(4001);
        client.on('message', (text: Buffer) => {
          client.send(`echo ${text.toString()}`);
        });
      });
    });
  }, 300_000);
  afterAll(async () => {
    await host.close();
    await sshd.close();
    await site.close();
    removeBase();
  });

  const run = async (checks: readonly Check[], env: Record<string, string> = { DESK_PASSWORD: password }) => {
    const lines: string[] = [];
    const checked = await runChecks(checks, {
      url: site.url,
      ...outside,
      clock: { now: () => performance.now(), sleep: (ms) => sleep(ms) },
      env,
      reach: (to) => host.reach(to),
      read: filesOf(site.dir),
      show: (line) => lines.push(line),
    });
    expect(JSON.stringify([checked, lines])).not.toContain(password);
    return checked;
  };
  const wrong = (checked: readonly Checked[]) =>
    checked.flatMap(({ says, found }) => (found === undefined ? [] : [`${says}: ${found}`]));

  test('there are examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  test.each(examples.map((text, at) => [at + 1, text] as const))(
    'example %i passes',
    async (_, text) => {
      expect(wrong(await run(checksOf(text.replaceAll('http://127.0.0.1:8000', site.inside))))).toEqual([]);
    },
    300_000,
  );

  describe('fail', () => {
    const [, login = ''] = examples;
    const [page, entry, ...rest] = ((): readonly Check[] => checksOf(login))();

    test('without the token, as Django refuses then', async () => {
      const bare = [page, { ...entry, csrf: undefined, within: 0 }] as readonly Check[];
      const [, refused] = await run(bare);
      expect(refused?.found).toContain('expected status 3xx, found 403; the body:');
    });

    test('with a Referer of another site, over https', async () => {
      const headers = { Referer: 'https://evil.example/' };
      const [, refused] = await run([page, { ...entry, headers, within: 0 }] as readonly Check[]);
      expect(refused?.found).toContain('found 403');
    });

    test('with another password, and without a session', async () => {
      const [, refused, ...after] = await run(
        [page, entry, ...rest].map((check) => ({ ...check, within: 0 })) as readonly Check[],
        {
          DESK_PASSWORD: 'wrong',
        },
      );
      expect(refused?.found).toContain('found 403; the body: $DESK_PASSWORD password');
      expect(after.map(({ ok }) => ok)).toEqual([false, true]);
    });
  });
});
