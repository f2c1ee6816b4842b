import { createPrivateKey } from 'node:crypto';
import type { ParsedKey } from 'ssh2';
import { fail, ok, type Result } from '#fault';

/** Also one of node:crypto's, which is of another realm where this runs within a context of its own (a test). */
const isError = (value: unknown): value is Error => Object.prototype.toString.call(value) === '[object Error]';

/** ssh2's parser, passed in: the library is loaded only when a connection is made. */
export type ParseKey = (data: string, passphrase?: string) => ParsedKey | Error;

const unreadable = (what: string, next: string): Result<never> => fail({ code: 'SSH_KEY_UNREADABLE', what, next });

/**
 * A key as secrets lose it on their way, mended: CRLF, literal `\n`, indentation, line ends turned into spaces, no last newline.
 * Headers of an old encrypted PEM cannot be found again once all is on one line.
 */
export const mendKeyText = (text: string): string => {
  const lines = text
    .replaceAll(String.raw`\r`, '')
    .replaceAll(String.raw`\n`, '\n')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  const whole = lines.join('\n').trim();
  const match = /^(-----BEGIN [A-Z0-9 ]+-----)([\s\S]+?)(-----END [A-Z0-9 ]+-----)$/.exec(whole);
  if (match === null) return `${whole}\n`;
  const [, begin = '', inner = '', end = ''] = match;
  if (inner.includes(':')) return `${whole}\n`;
  const base64 = inner.replace(/\s+/g, '');
  return [begin, ...(base64.match(/.{1,70}/g) ?? []), end, ''].join('\n');
};

const word = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** An Ed25519 key in OpenSSH's own format (PROTOCOL.key), the only one that ssh2 reads for it. */
const openSshEd25519 = (seed: Buffer, open: Buffer): string => {
  const type = word(Buffer.from('ssh-ed25519'));
  const check = Buffer.alloc(8, 1);
  const secret = Buffer.concat([check, type, word(open), word(Buffer.concat([seed, open])), word(Buffer.alloc(0))]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const none = word(Buffer.from('none'));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'), none, none, word(Buffer.alloc(0)), Buffer.from([0, 0, 0, 1]),
    word(Buffer.concat([type, word(open)])), word(Buffer.concat([secret, padding])),
  ]); // prettier-ignore
  return mendKeyText(
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${blob.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`,
  );
};

/** PKCS#8 (`BEGIN PRIVATE KEY`), which ssh2 does not read, as a format that it reads. Undefined: no such key, or a wrong passphrase. */
const fromPkcs8 = (text: string, passphrase: string | undefined): string | undefined => {
  try {
    const key = createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
    const { d, x } = key.export({ format: 'jwk' });
    if (key.asymmetricKeyType !== 'ed25519' || d === undefined || x === undefined) return undefined;
    return openSshEd25519(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'));
  } catch {
    return undefined;
  }
};

const convert =
  'Give the key in OpenSSH format: make a copy of the key file, run `ssh-keygen -p -f <copy>`, and store the whole text of the copy.';

const why = (text: string, passphrase: string | undefined, error: Error): Result<never> => {
  if (
    /^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) /.test(text) ||
    text.includes('BEGIN PUBLIC KEY') ||
    text.includes('BEGIN SSH2 PUBLIC')
  )
    return unreadable('this is a public key', 'Give the private key: the file whose name does not end in `.pub`.');
  if (/^PuTTY-User-Key-File/.test(text))
    return unreadable(
      'this PuTTY key cannot be read',
      'Convert it with `puttygen key.ppk -O private-openssh -o id_deploy` and store the text of id_deploy.',
    );
  if (Buffer.from(text.replace(/-----[^\n]*-----/g, ''), 'base64').includes('sk-ssh-') || text.includes('sk-ecdsa-'))
    return unreadable(
      'this key lies on a security key (FIDO), which somebody has to touch',
      'Make a key for deploys: `ssh-keygen -t ed25519 -f id_deploy`, and store the text of id_deploy.',
    );
  const encrypted = /ENCRYPTED|encrypted|passphrase|integrity check failed|decrypt|unable to authenticate/i.test(
    text.slice(0, 200) + error.message,
  );
  if (encrypted && passphrase === undefined)
    return unreadable(
      'the private key is encrypted and no passphrase was given',
      'Give the passphrase in `ssh-key-passphrase`, or remove it from a copy of the key: `ssh-keygen -p -N "" -f <copy>`.',
    );
  if (/Invalid initialization vector|cipher/i.test(error.message))
    return unreadable(
      'the private key is encrypted with a cipher that cannot be read here',
      'Encrypt a copy anew: `ssh-keygen -p -Z aes256-ctr -f <copy>`.',
    );
  if (encrypted)
    return unreadable(
      'the private key cannot be decrypted: the passphrase is probably wrong',
      'Check `ssh-key-passphrase` with `ssh-keygen -y -f <key>`.',
    );
  if (!text.includes('-----BEGIN '))
    return unreadable(
      'this is no private key: it does not begin with `-----BEGIN … PRIVATE KEY-----`',
      'Store the whole text of the private key file, its first and last line included: `gh secret set SSH_KEY < id_deploy`.',
    );
  return unreadable(`the private key cannot be read (${error.message})`, convert);
};

/**
 * Reads a private key: OpenSSH and PEM formats, PKCS#8, PuTTY version 2; broken line ends are mended.
 * Decrypting an OpenSSH key takes half a second of computing: read a key once. Faults: `SSH_KEY_UNREADABLE`.
 */
export const readPrivateKey = (raw: string, passphrase: string | undefined, parse: ParseKey): Result<ParsedKey> => {
  const given = passphrase === '' ? undefined : passphrase;
  const text = mendKeyText(raw);
  if (text.trim() === '')
    return unreadable(
      'the private key is empty',
      'Check that the secret exists and is readable in this job: `gh secret list`.',
    );
  const attempt = (candidate: string): ParsedKey | Error => {
    try {
      const parsed: unknown = parse(candidate, given);
      const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
      if (isError(key)) return key;
      return key.isPrivateKey() ? key : new Error('a public key');
    } catch (error) {
      return isError(error) ? error : new Error(String(error));
    }
  };
  const first = attempt(text);
  if (!isError(first)) return ok(first);
  const mended = text.includes('PRIVATE KEY') ? fromPkcs8(text, given) : undefined;
  const second = mended === undefined ? first : attempt(mended);
  return isError(second) ? why(text, given, first) : ok(second);
};
