import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate made for a test, and the authority that signed it. PEM. */
export type Issued = { readonly key: string; readonly cert: string; readonly authority: string };

/** Makes an authority and a certificate for these names that lasts so many days; strict clients (Python from 3.13 on) take it, too. Needs openssl. */
export const makeAuthority = (names: readonly string[], days = 30): Issued => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-authority-'));
  const at = (name: string): string => join(dir, name);
  const openssl = (...words: string[]): void => {
    execFileSync('openssl', words, { stdio: 'ignore' });
  };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/O=Test Authority/CN=Root of Tests', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-days', '365'); // prettier-ignore
    openssl('req', ...curve, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${names[0] ?? ''}`);
    writeFileSync(
      at('ext'),
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nbasicConstraints=CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n`,
    );
    openssl('x509', '-req', '-in', at('csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', `${days}`, '-extfile', at('ext'), '-out', at('cert')); // prettier-ignore
    const read = (name: string): string => readFileSync(at(name), 'utf8');
    return { key: read('key'), cert: read('cert'), authority: read('ca.pem') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
