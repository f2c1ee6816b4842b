import { createHash, createHmac } from 'node:crypto';

/** A host key: its type (`ssh-ed25519`, …) and the blob that it consists of on the wire. */
export type HostKey = { readonly type: string; readonly blob: Buffer };

/** What pins say about one host. `bad` holds the numbers of lines that could not be read. */
export type Pins = {
  readonly keys: readonly HostKey[];
  readonly revoked: readonly HostKey[];
  readonly authorities: readonly HostKey[];
  readonly bad: readonly number[];
};

/** Signature algorithms by type of key, newest first. */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** The key of a wire blob: the type is its first field. Undefined when it is none. */
export const keyOfBlob = (blob: Buffer): HostKey | undefined => {
  if (blob.length < 8) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || 4 + length >= blob.length) return undefined;
  return { type: blob.subarray(4, 4 + length).toString('latin1'), blob };
};

const keyOfFields = (type: string | undefined, base64: string | undefined): HostKey | undefined => {
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = keyOfBlob(Buffer.from(base64, 'base64'));
  return key?.type === type ? key : undefined;
};

const matchesGlob = (pattern: string, name: string): boolean => {
  const source = pattern
    .replace(/[^*?]/g, (c) => c.replace(/[\\^$.+()[\]{}|/-]/, '\\$&'))
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'is').test(name);
};

/** Does the first field of a known_hosts line mean this name? sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
const names = (field: string, name: string): boolean => {
  if (field.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = field.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name.toLowerCase()).digest('base64') === hash;
  }
  const patterns = field.split(',');
  if (patterns.some((p) => p.startsWith('!') && matchesGlob(p.slice(1), name))) return false;
  return patterns.some((p) => !p.startsWith('!') && matchesGlob(p, name));
};

type Line = { marker: string; field: string | undefined; key: HostKey };

const readLine = (line: string): Line | undefined => {
  const words = line.split(/[ \t]+/);
  const bare = keyOfFields(words[0], words[1]);
  if (bare !== undefined) return { marker: '', field: undefined, key: bare };
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
  const [field, type, base64] = words;
  const key = keyOfFields(type, base64);
  return key === undefined || field === undefined || !['', '@revoked', '@cert-authority'].includes(marker)
    ? undefined
    : { marker, field, key };
};

/**
 * The pins for a host in known_hosts lines, and in bare `type base64` lines, which mean every host that they are given for.
 * As OpenSSH: with a port other than 22 the name is `[host]:port`, and `host` counts where no line has that.
 */
export const pinsFor = (text: string, host: string, port: number): Pins => {
  const own = port === 22 ? host : `[${host}]:${port}`;
  const bad: number[] = [];
  const lines: (Line & { own: boolean })[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const line = readLine(trimmed);
    if (line === undefined) bad.push(index + 1);
    else if (line.field === undefined || names(line.field, own)) lines.push({ ...line, own: true });
    else if (port !== 22 && names(line.field, host)) lines.push({ ...line, own: false });
  }
  const marked = (marker: string) => lines.filter((line) => line.marker === marker);
  const plain = marked('');
  const hasOwn = plain.some((line) => line.own);
  return {
    keys: plain.filter((line) => line.own || !hasOwn).map((line) => line.key),
    revoked: marked('@revoked').map((line) => line.key),
    authorities: marked('@cert-authority').map((line) => line.key),
    bad,
  };
};

/** Is this the host that was pinned? */
export const isPinned = (pins: Pins, blob: Buffer): boolean =>
  !pins.revoked.some((key) => key.blob.equals(blob)) && pins.keys.some((key) => key.blob.equals(blob));

/** What to negotiate: algorithms of pinned keys first, then the rest, so that a host without them still shows the key that it has. */
export const hostKeyAlgorithms = (pins: Pins): readonly string[] => [
  ...new Set([...pins.keys.flatMap((key) => algorithms[key.type] ?? []), ...Object.values(algorithms).flat()]),
];

/** `type base64`, as in known_hosts after the name, and as landfall.yml's `key`. */
export const keyLine = (key: HostKey): string => `${key.type} ${key.blob.toString('base64')}`;

/** A line for known_hosts. */
export const knownHostsLine = (host: string, port: number, key: HostKey): string =>
  `${port === 22 ? host : `[${host}]:${port}`} ${keyLine(key)}`;

/** As `ssh-keygen -lf` prints it: `SHA256:` and unpadded base64. */
export const fingerprint = (key: HostKey): string =>
  `SHA256:${createHash('sha256').update(key.blob).digest('base64').replace(/=+$/, '')}`;
