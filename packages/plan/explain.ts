/** Why a request got no answer, in words; `host` is `name:port`. Node's error codes, OpenSSL's for certificates. */
export const explain = (error: unknown, host: string): string => {
  const { code, message } = firstCoded(error);
  const known = words[code];
  if (known !== undefined) return known(host);
  if (code.startsWith('HPE_')) return `${host} answers, but not in HTTP (${code})`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return /wrong.version.number|packet length too long|http request/i.test(`${code} ${message}`)
      ? `${host} does not speak TLS: is this a port for http:// ?`
      : `the TLS connection to ${host} failed (${message || code})`;
  }
  if (/^(CERT_|CRL_|ERR_TLS_|UNABLE_TO_)/.test(code))
    return `the certificate of ${host} cannot be trusted (${message || code})`;
  return `the request to ${host} failed (${[code, message].filter((part) => part !== '').join(': ')})`;
};

const untrusted = (host: string): string =>
  `the certificate of ${host} is signed by an authority that is not known here, or its chain is incomplete (NODE_EXTRA_CA_CERTS names further authorities)`;
const selfSigned = (host: string): string =>
  `the certificate of ${host} is self-signed (NODE_EXTRA_CA_CERTS names further certificates to trust)`;
const closed = (host: string): string => `${host} closed the connection without an answer`;

const words: Readonly<Record<string, (host: string) => string>> = {
  ECONNREFUSED: (host) => `the connection to ${host} was refused: nothing listens there`,
  ECONNRESET: closed,
  EPIPE: closed,
  ETIMEDOUT: (host) => `${host} cannot be reached: nothing came back`,
  EHOSTUNREACH: (host) => `${host} cannot be reached: no route to it`,
  ENETUNREACH: (host) => `${host} cannot be reached: no network leads there`,
  ENOTFOUND: (host) => `the name in ${host} is not known in DNS`,
  EAI_AGAIN: (host) => `the name in ${host} could not be looked up: no DNS server answered`,
  CERT_HAS_EXPIRED: (host) => `the certificate of ${host} has expired`,
  CERT_NOT_YET_VALID: (host) => `the certificate of ${host} is not valid yet`,
  CERT_REVOKED: (host) => `the certificate of ${host} was revoked`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `the certificate of ${host} was made for other names`,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ERR_INVALID_CHAR: () => 'a request header holds a character that cannot be sent (a line end in a value?)',
  ERR_UNESCAPED_CHARACTERS: () => 'the address holds a character that cannot be sent',
};

/** A name with several addresses fails with one error that holds one for each: the first speaks for all. */
const firstCoded = (error: unknown): { code: string; message: string } => {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error) };
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return firstCoded(error.errors[0]);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const [message = ''] = text('message' in error ? error.message : '').split('\n');
  return { code: text('code' in error ? error.code : ''), message };
};
