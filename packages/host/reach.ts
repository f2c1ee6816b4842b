import type { Duplex } from 'node:stream';
import { fail, ok, type Result } from '#fault';

/** What a host can be asked to connect to, as it is seen from there. */
export type Inside = { readonly host: string; readonly port: number } | { readonly socket: string };

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

/** Connects from a host to something inside it. Faults: `SSH_FORWARD`. */
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
