import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { fail, ok, type Result } from '#fault';

/** What a host can be asked to connect to, as it is seen from there. */
export type Inside = { readonly host: string; readonly port: number } | { readonly socket: string };

/** Opens a connection from the host to something inside, over the SSH connection (`direct-tcpip`, `direct-streamlocal`). */
export const forward = (client: Client, to: Inside): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    const lost = () => {
      reject(new Error('the connection is gone'));
    };
    const done = (error: Error | undefined, channel: ClientChannel) => {
      client.off('close', lost);
      if (error === undefined) resolve(channel);
      else reject(error);
    };
    client.once('close', lost);
    try {
      // Throws at once when the connection is gone.
      if ('socket' in to) client.openssh_forwardOutStreamLocal(to.socket, done);
      else client.forwardOut('127.0.0.1', 0, to.host, to.port, done);
    } catch (error) {
      client.off('close', lost);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });

/** RFC 4254, 5.1: the address could not be connected to; any other reason is about forwarding itself. */
const connectFailed = 2;

/** OpenSSH gives the same reason for a socket that is missing and for one that may not be reached: both are said then. */
const meaning = (to: Inside, place: string, error: Error): { what: string; next: string } => {
  const allow =
    'socket' in to
      ? 'sshd_config must allow it for this user: AllowStreamLocalForwarding, DisableForwarding no.'
      : 'sshd_config must allow it for this user: AllowTcpForwarding, PermitOpen, DisableForwarding no.';
  if (!('reason' in error) || error.reason !== connectFailed)
    return { what: `the host does not forward connections to ${place}`, next: allow };
  const check = 'Check that the service listens there.';
  return {
    what: `on the host, nothing answers at ${place}`,
    next: 'socket' in to ? `${check} If it does, ${allow}` : check,
  };
};

/** As {@link forward}, with its failure as a fault. Faults: `SSH_FORWARD`. */
export const reach = async (
  name: string,
  link: { readonly forward: (to: Inside) => Promise<Duplex> },
  to: Inside,
): Promise<Result<Duplex>> => {
  const place = 'socket' in to ? to.socket : `${to.host}:${to.port}`;
  try {
    return ok(await link.forward(to));
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return fail({ code: 'SSH_FORWARD', host: name, ...meaning(to, place, error), said: [error.message] });
  }
};
