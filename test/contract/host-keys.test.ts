import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { openSession, type HostOptions } from '#host';
import { startAgent } from '../lab/agent.ts';
import { bareKey, generateKey } from '../lab/keys.ts';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd, type RealSshd } from '../lab/real-sshd.ts';
import { key, optionsFor, removeBase, servers, sh, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

const echo = sh('echo in');
const entered = { ok: true, value: 'in\n' };

/** Logs in with what is given in place of the key, and runs a program. */
const enter = async (options: HostOptions) => {
  const opened = await openSession(options);
  if (!opened.ok) return opened.fault;
  const result = await opened.value.run('p', echo, []);
  await opened.value.close();
  return result;
};

describe.each(servers)('an SSH agent, at $name', ({ name, needs, start }) => {
  const { test: it, missing } = needing(...needs, 'ssh-agent', 'ssh-add');
  let server: Server;
  beforeAll(async () => {
    if (missing.length === 0) server = await start();
  }, 300_000);
  afterAll(async () => {
    if (missing.length === 0) await server.close();
  });

  it(`${name}: logs in with the right one of its keys; says what is wrong where it is none, empty or gone`, async () => {
    const { key: _, ...rest } = optionsFor(server);
    const agent = await startAgent();
    const options = { ...rest, agent: agent.socket };
    expect(await enter(options)).toMatchObject({
      code: 'SSH_KEY_UNREADABLE',
      next: expect.stringContaining('ssh-add -l'),
    });
    agent.add(generateKey('other').privateKey);
    expect(await enter(options)).toMatchObject({ code: 'SSH_REFUSED', next: expect.stringContaining('ssh-add -L') });
    agent.add(key.privateKey);
    expect(await enter(options)).toEqual(entered);
    await agent.close();
    expect(await enter(options)).toMatchObject({ code: 'SSH_KEY_UNREADABLE' });
  });
});

const { describe: withSshd, missing } = needing('sshd', 'ssh-keygen');
withSshd('keys as ssh-keygen makes them, at sshd', () => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-keys-'));
  const make = (name: string, ...args: readonly string[]) => {
    const file = join(dir, name);
    execFileSync('ssh-keygen', ['-q', '-C', '', '-f', file, ...args]);
    return { name, privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8').trim() };
  };
  const passphrase = "open 'sesame' $1";
  const locked = ['-N', passphrase, '-a', '4'];
  const open = ['-N', ''];
  const made =
    missing.length > 0
      ? []
      : [
          make('ed25519', '-t', 'ed25519', ...open),
          make('ed25519, locked', '-t', 'ed25519', ...locked),
          make('ed25519, locked by aes256-gcm', '-t', 'ed25519', '-Z', 'aes256-gcm@openssh.com', ...locked),
          make('ecdsa 256', '-t', 'ecdsa', '-b', '256', ...open),
          make('ecdsa 384, locked', '-t', 'ecdsa', '-b', '384', ...locked),
          make('ecdsa 521', '-t', 'ecdsa', '-b', '521', ...open),
          make('rsa', '-t', 'rsa', '-b', '3072', ...open),
          make('rsa, locked PEM', '-t', 'rsa', '-b', '2048', '-m', 'PEM', ...locked),
          make('rsa, locked PKCS8', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8', ...locked),
          make('ecdsa, PKCS8', '-t', 'ecdsa', '-m', 'PKCS8', ...open),
        ];
  const chacha = ['-t', 'ed25519', '-Z', 'chacha20-poly1305@openssh.com', ...locked];
  const unreadable = missing.length > 0 ? undefined : make('chacha', ...chacha);
  rmSync(dir, { recursive: true });
  let server: RealSshd;
  beforeAll(async () => {
    server = await startRealSshd(
      found('sshd') ?? '',
      made.map(({ publicKey }) => publicKey),
    );
  }, 300_000);
  afterAll(() => server.close());
  const { test: it } = needing();

  for (const { name, privateKey } of made)
    it(`${name}: logs in`, async () => {
      const given = name.includes('locked') ? { privateKey, passphrase } : { privateKey };
      expect(await enter(optionsFor(server, { key: given }))).toEqual(entered);
      if (!name.includes('locked')) return;
      const without = await enter(optionsFor(server, { key: { privateKey } }));
      expect(without).toMatchObject({ next: expect.stringContaining('ssh-key-passphrase') });
      const wrong = await enter(optionsFor(server, { key: { privateKey, passphrase: 'shut' } }));
      expect(wrong).toMatchObject({ code: 'SSH_KEY_UNREADABLE', what: expect.stringContaining('passphrase') });
      expect(JSON.stringify([without, wrong])).not.toMatch(/sesame|shut/);
    });

  it('a cipher that cannot be read is named with the line that changes it', async () => {
    const options = optionsFor(server, { key: { privateKey: unreadable?.privateKey ?? '', passphrase } });
    expect(await enter(options)).toMatchObject({
      code: 'SSH_KEY_UNREADABLE',
      next: expect.stringContaining('ssh-keygen -p -Z aes256-ctr'),
    });
  });
});

needing('sshd', 'ssh-keygen').test(
  'each type of host key is taken by its pin, whatever else the host has',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'landfall-host-keys-'));
    const types = ['rsa', 'ecdsa', 'ed25519'] as const;
    const lines = types.map((type) => {
      const file = join(dir, type);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
      return bareKey(readFileSync(`${file}.pub`, 'utf8').trim());
    });
    const server = await startRealSshd(
      found('sshd') ?? '',
      [key.publicKey],
      types.map((type) => `HostKey ${join(dir, type)}`),
    );
    for (const pins of [...lines, lines.join('\n')]) expect(await enter(optionsFor(server, { pins }))).toEqual(entered);
    await server.close();
    rmSync(dir, { recursive: true });
  },
  300_000,
);
