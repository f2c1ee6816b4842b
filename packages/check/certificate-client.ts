import { connect } from 'node:tls';
import { explain } from '#plan';
import type { CertificateClient, Shown } from './certificate.ts';
import { place, serverName } from './http-client.ts';

/** One TLS handshake with a server, verified against the authorities known here; nothing is sent over it. */
export const certificateClient: CertificateClient = ({ url, limit, signal }) =>
  new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(url.port || 443), ...serverName(url.host) });
    const end = (shown: Shown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(shown);
    };
    const cancel = (): void => {
      end({ verified: false, why: 'cancelled' });
    };
    const timer = setTimeout(() => {
      end({ verified: false, why: `no certificate from ${place(url)} within ${Math.round(limit)} ms` });
    }, limit);
    signal?.addEventListener('abort', cancel, { once: true });
    socket.on('error', (error) => {
      end({ verified: false, why: explain(error, place(url)) });
    });
    socket.once('secureConnect', () => {
      const { valid_to: until, issuer } = socket.getPeerCertificate();
      const names = [issuer.CN, issuer.O].flat().filter((name) => typeof name === 'string');
      end({ verified: true, left: Date.parse(until) - Date.now(), issuer: names.join(', ') });
    });
    if (signal?.aborted === true) cancel();
  });
