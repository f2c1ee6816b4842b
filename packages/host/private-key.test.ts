import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { generateKey } from '../../test/lab/keys.ts';
import { needing } from '../../test/lab/needs.ts';
import { readPrivateKey } from './private-key.ts';

const read = (text: string, passphrase?: string) => readPrivateKey(text, passphrase, ssh2.utils.parseKey);
/** `type base64` of the public half, to tell that it is the same key. */
const publicOf = (text: string, passphrase?: string) => {
  const result = read(text, passphrase);
  return result.ok ? `${result.value.type} ${result.value.getPublicSSH().toString('base64')}` : result.fault;
};
const own = generateKey('');

describe('a key that was bent on its way', () => {
  const line = own.publicKey.split(' ').slice(0, 2).join(' ');
  const key = own.privateKey;
  test.each([
    ['as it is', key],
    ['with Windows line ends', key.replaceAll('\n', '\r\n')],
    ['without its last newline', key.trimEnd()],
    ['with literal \\n', key.replaceAll('\n', String.raw`\n`)],
    ['in one line with spaces', key.replaceAll('\n', ' ')],
    ['in one line without spaces', key.replaceAll('\n', '')],
    ['indented', key.replaceAll(/^/gm, '    ')],
    ['with blank lines around', `\n\n${key}\n\n`],
  ])('%s is read', (_, text) => {
    expect(publicOf(text)).toBe(line);
  });
});

describe('PKCS#8, which other tools write', () => {
  test.each(['rsa', 'ec', 'ed25519'] as const)('%s is read, plain and encrypted', (type) => {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : type === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('ed25519');
    const plain = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const locked = pair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
      .toString();
    const blob = publicOf(plain);
    expect(blob).toMatch(/^(ssh-rsa|ecdsa-sha2-nistp256|ssh-ed25519) AAAA/);
    expect(publicOf(locked, 'open sesame')).toBe(blob);
    expect(publicOf(locked)).toMatchObject({
      code: 'SSH_KEY_UNREADABLE',
      next: expect.stringContaining('ssh-key-passphrase'),
    });
    expect(publicOf(locked, 'shut')).toMatchObject({ what: expect.stringContaining('passphrase') });
    const result = read(plain);
    if (!result.ok) throw new Error(result.fault.what);
    const signature = result.value.sign(Buffer.from('x'));
    expect(result.value.verify(Buffer.from('x'), signature)).toBe(true);
  });
});

/** The head of what `ssh-keygen -t ed25519-sk` writes: enough to tell it. */
const securityKey = `-----BEGIN OPENSSH PRIVATE KEY-----
${Buffer.concat([Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\0\x4a\0\0\0\x1ask-ssh-ed25519@openssh.com', 'latin1'), Buffer.alloc(90)]).toString('base64')}
-----END OPENSSH PRIVATE KEY-----
`;

describe('what is no readable key', () => {
  test.each([
    ['nothing', '', 'empty', 'gh secret'],
    ['a word', 'hunter2', 'no private key', 'gh secret set'],
    ['a public key', own.publicKey, 'public key', '.pub'],
    ['a key on a security key', securityKey, 'FIDO', 'ssh-keygen -t ed25519'],
    ['a PuTTY key of version 3', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'PuTTY', 'puttygen'],
    ['a key cut short', own.privateKey.slice(0, 200), 'cannot be read', 'ssh-keygen -p'],
  ])('%s is refused with what mends it', (_, text, what, next) => {
    expect(publicOf(text)).toMatchObject({
      code: 'SSH_KEY_UNREADABLE',
      what: expect.stringContaining(what),
      next: expect.stringContaining(next),
    });
  });

  test('the fault never holds the key', () => {
    const text = own.privateKey.slice(0, 250);
    expect(JSON.stringify(publicOf(text))).not.toContain(own.privateKey.slice(40, 80));
  });
});

needing('ssh-keygen').test('what ssh-keygen writes is read, with its passphrase', () => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-keys-'));
  const made = [
    ['-t', 'ed25519', '-N', ''],
    ['-t', 'ed25519', '-N', 'open sesame', '-a', '4'],
    ['-t', 'ecdsa', '-N', ''],
    ['-t', 'rsa', '-b', '2048', '-N', 'open sesame', '-m', 'PEM'],
    ['-t', 'rsa', '-b', '2048', '-N', '', '-m', 'PKCS8'],
  ].map((args, n) => {
    const file = join(dir, String(n));
    execFileSync('ssh-keygen', ['-q', '-f', file, ...args]);
    return {
      text: readFileSync(file, 'utf8'),
      line: readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' '),
      locked: args.includes('open sesame'),
    };
  });
  rmSync(dir, { recursive: true });
  for (const { text, line, locked } of made) {
    expect(publicOf(text, 'open sesame')).toBe(line);
    if (locked) expect(publicOf(text)).toMatchObject({ what: expect.stringContaining('no passphrase') });
    if (locked)
      expect(publicOf(text, 'shut')).toMatchObject({ what: expect.stringContaining('passphrase is probably wrong') });
  }
});
