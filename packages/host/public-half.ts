import type { HostOptions } from './address.ts';
import { readPrivateKey } from './private-key.ts';

/** The public half of a private key, as `type base64`; undefined: the key cannot be read. May take half a second of computing. */
export const publicHalf = async (key: NonNullable<HostOptions['key']>): Promise<string | undefined> => {
  const { default: ssh2 } = await import('ssh2');
  const read = readPrivateKey(key.privateKey, key.passphrase, ssh2.utils.parseKey);
  return read.ok ? `${read.value.type} ${read.value.getPublicSSH().toString('base64')}` : undefined;
};
