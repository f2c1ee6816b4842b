import { createHmac, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEmbeddedSshd, type Sshd } from '../../test/lab/embedded-sshd.ts';
import { bareKey, generateKey } from '../../test/lab/keys.ts';
import { needing } from '../../test/lab/needs.ts';
import { fingerprint, hostKeyAlgorithms, isPinned, keyOfBlob, knownHostsLine, pinsFor } from './known-hosts.ts';

const good = bareKey(generateKey().publicKey);
const other = bareKey(generateKey().publicKey);
const blob = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
const hashed = (name: string) => {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

/** Files for `127.0.0.1`, port P, and whether the host with key K may be talked to. */
const files = (port: number, key: string): readonly (readonly [string, boolean])[] => [
  ['', false],
  [`# 127.0.0.1 ${key}`, false],
  [`127.0.0.1 ${key}`, true],
  [`127.0.0.1 ${key} a comment`, true],
  [`[127.0.0.1]:${port} ${key}`, true],
  [`[127.0.0.1]:${port + 1} ${key}`, false],
  [`[127.0.0.1]:${port} ${other}\n127.0.0.1 ${key}`, false],
  [`[127.0.0.1]:${port} ${other}\n[127.0.0.1]:${port} ${key}`, true],
  [`127.0.0.1 ${other}`, false],
  [`127.0.0.1 ${other}\n127.0.0.1 ${key}`, true],
  [`${hashed('127.0.0.1')} ${key}`, true],
  [`${hashed(`[127.0.0.1]:${port}`)} ${key}`, true],
  [`${hashed('127.0.0.2')} ${key}`, false],
  [`127.*.1 ${key}`, true],
  [`127.?.?.1 ${key}`, true],
  [`127.?.1 ${key}`, false],
  [`*,!127.0.0.1 ${key}`, true], // `!` takes back the plain name only: `*` still means `[127.0.0.1]:port`
  [`127.*,!127.0.* ${key}`, false],
  [`example.org,127.0.0.1 ${key}`, true],
  [`\t 127.0.0.1\t${key}\r`, true],
  [`@revoked * ${key}\n127.0.0.1 ${key}`, false],
  [`@revoked 127.0.0.1 ${key}`, false],
  [`@revoked 127.0.0.1 ${other}\n127.0.0.1 ${key}`, true],
  [`@cert-authority * ${key}`, false],
  [`127.0.0.1 ssh-rsa ${key.split(' ')[1] ?? ''}`, false],
  [`127.0.0.1 ${key.slice(0, -8)}`, false],
];

const trusts = (text: string, port: number, key: string) => isPinned(pinsFor(text, '127.0.0.1', port), blob(key));

test('a host is known by the lines that name it, as known_hosts says', () => {
  for (const [text, known] of files(2222, good)) expect([text, trusts(text, 2222, good)]).toEqual([text, known]);
  expect(trusts(`127.0.0.1 ${good}`, 22, good)).toBe(true);
  expect(trusts(`[127.0.0.1]:22 ${good}`, 22, good)).toBe(false);
  expect(pinsFor(`Example.ORG ${good}`, 'example.org', 22).keys).toHaveLength(1);
  expect(pinsFor(`2001:db8::1 ${good}`, '2001:db8::1', 22).keys).toHaveLength(1);
});

test('bare keys mean the host that they are given for', () => {
  expect(trusts(good, 2222, good)).toBe(true);
  expect(trusts(`${other}\n  ${good} deploy@laptop  \n`, 22, good)).toBe(true);
  expect(trusts(other, 22, good)).toBe(false);
});

test('lines that cannot be read are counted, authorities are kept apart', () => {
  const pins = pinsFor(`nonsense\n\n@other * ${good}\n@cert-authority * ${good}\nhost ssh-ed25519 %%%`, 'h', 22);
  expect(pins).toMatchObject({ keys: [], bad: [1, 3, 5] });
  expect(pins.authorities).toHaveLength(1);
});

test('pinned types are asked for first, and the others after them', () => {
  const rsa = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(12, 1)]).toString(
    'base64',
  );
  const order = hostKeyAlgorithms(pinsFor(`ssh-rsa ${rsa}`, 'h', 22));
  expect(order.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
  expect(new Set(order).size).toBe(order.length);
  expect(order).toHaveLength(6);
});

describe('beside OpenSSH', () => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-known-'));
  const user = generateKey();
  const { test: it } = needing('ssh', 'ssh-keygen');
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startEmbeddedSshd({ authorizedKeys: [user.publicKey] });
    writeFileSync(join(dir, 'key'), user.privateKey, { mode: 0o600 });
  });
  afterAll(async () => {
    await sshd.close();
    rmSync(dir, { recursive: true });
  });

  it('ssh knows the same hosts by the same files', async () => {
    const options = {
      BatchMode: 'yes',
      StrictHostKeyChecking: 'yes',
      IdentitiesOnly: 'yes',
      GlobalKnownHostsFile: '/dev/null',
      UpdateHostKeys: 'no',
    };
    const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const known = async (text: string) => {
      writeFileSync(join(dir, 'known_hosts'), `${text}\n`);
      const args = [
        ...words,
        '-F',
        'none',
        '-o',
        `UserKnownHostsFile=${join(dir, 'known_hosts')}`,
        '-i',
        join(dir, 'key'),
        '-p',
        String(sshd.port),
        `${sshd.user}@127.0.0.1`,
        'true',
      ];
      try {
        await promisify(execFile)('ssh', args);
        return true;
      } catch {
        return false;
      }
    };
    for (const [text] of files(sshd.port, sshd.hostKey))
      expect([text, trusts(text, sshd.port, sshd.hostKey)]).toEqual([text, await known(text)]);
  }, 300_000);

  it('ssh-keygen prints the same fingerprint and finds our line', async () => {
    const key = keyOfBlob(blob(sshd.hostKey));
    if (key === undefined) throw new Error('no key');
    const line = knownHostsLine('example.org', 2222, key);
    writeFileSync(join(dir, 'line'), `${line}\n`);
    const { stdout } = await promisify(execFile)('ssh-keygen', ['-lf', join(dir, 'line')]);
    expect(stdout).toContain(fingerprint(key));
  });
});
