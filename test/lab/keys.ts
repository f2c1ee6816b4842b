import ssh2 from 'ssh2';

/** A key pair for tests: the private half in OpenSSH's format, the public half as one line of authorized_keys. */
export type KeyPair = { readonly privateKey: string; readonly publicKey: string };

/** A fresh Ed25519 key: for a user or for a host. */
export const generateKey = (comment = 'test'): KeyPair => {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 1.17.0 drops the zero byte that one public key in 256 begins with, and then cannot read the key itself.
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error))
      return { privateKey: pair.private, publicKey: pair.public.trim() };
  }
};

/** `type base64` of a public key line, without its comment. */
export const bareKey = (publicKey: string): string => publicKey.split(' ').slice(0, 2).join(' ');
