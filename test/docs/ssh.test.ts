/** docs/ssh.md is taken at its word: its commands make keys and agents that log in. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import { parse } from 'yaml';
import { resolveTarget } from '#config';
import { must } from '#fault';
import { openSession, type HostOptions } from '#host';
import { startEmbeddedSshd } from '../lab/embedded-sshd.ts';
import { needing } from '../lab/needs.ts';
import { blocks } from './markdown.ts';

const document = readFileSync(resolve(import.meta.dirname, '../../docs/ssh.md'), 'utf8');
const dir = mkdtempSync(join(tmpdir(), 'landfall-docs-ssh-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const { test } = needing('ssh-keygen', 'ssh-agent', 'ssh-add', 'bash');

test('the key that is made logs in, by itself and from the agent of the workflow', async () => {
  const commands = blocks(document, 'console').flatMap((body) =>
    [...body.matchAll(/^\$ (.+)$/gm)].map(([, line = '']) => line),
  );
  expect(commands).toHaveLength(2);
  const publicKey = execFileSync('bash', ['-ec', commands.join('\n')], { cwd: dir, encoding: 'utf8' }).trim();
  const privateKey = readFileSync(join(dir, 'id_deploy'), 'utf8');

  const run = blocks(document, 'yaml')
    .flatMap((body) => [parse(body) as { run?: string }[] | object].flat() as { run?: string }[])
    .map((step) => step.run)
    .find((text) => text?.includes('ssh-agent') === true);
  const lasting = join(dir, 'env');
  writeFileSync(lasting, '');
  const env = { PATH: process.env['PATH'], RUNNER_TEMP: dir, GITHUB_ENV: lasting, KEY: privateKey.trimEnd() };
  execFileSync('bash', ['-ec', run ?? 'exit 1'], { env, stdio: 'ignore' });
  const { SSH_AUTH_SOCK: agent = '', SSH_AGENT_PID: pid } = Object.fromEntries(
    readFileSync(lasting, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  ) as { SSH_AUTH_SOCK?: string; SSH_AGENT_PID?: string };
  const sshd = await startEmbeddedSshd({ authorizedKeys: [publicKey] });
  try {
    const place = { name: 'h', user: sshd.user, address: sshd.address, port: sshd.port, pins: sshd.hostKey };
    const ways: readonly Partial<HostOptions>[] = [{ key: { privateKey } }, { agent }];
    for (const way of ways) {
      const session = must(await openSession({ ...place, base: dir, driver: 'docs', ...way }));
      await session.close();
    }
  } finally {
    process.kill(Number(pid));
    await sshd.close();
  }
}, 300_000);

test('the jump host and the keys of the examples are what they say', () => {
  const targets = blocks(document, 'yaml')
    .filter((body) => body.startsWith('hosts:'))
    .map((text) => resolveTarget({ text, file: 'landfall.yml', overrides: {} }));
  expect(targets.map(({ problems }) => problems)).toEqual([[], []]);
  const [several, behind] = targets.map(({ target }) => target);
  expect(several?.pins.split('\n')).toHaveLength(2);
  expect(behind).toMatchObject({
    host: { address: '10.0.0.5' },
    via: [{ user: 'jump', address: 'bastion.example.org' }],
  });
});
