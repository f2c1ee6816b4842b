import type { Duplex } from 'node:stream';
import { fail, ok, type Result } from '#fault';
import type { Relayed } from './relay.ts';

/** What a host can be asked to connect to, as it is seen from there. */
export type Inside = { readonly host: string; readonly port: number } | { readonly socket: string };

/** RFC 4254, 5.1: the address could not be connected to; any other reason is about forwarding itself. */
const connectFailed = 2;

const refusal = (to: Inside): { what: string; next: string } => ({
  what: `the host does not forward connections to ${placeOf(to)}, and has no python3 that could make them`,
  next: `sshd_config must allow it for this user (${'socket' in to ? 'AllowStreamLocalForwarding' : 'AllowTcpForwarding, PermitOpen'}, DisableForwarding no), or python3 must be on the host.`,
});

const placeOf = (to: Inside): string => ('socket' in to ? to.socket : `${to.host}:${to.port}`);

/**
 * Connects from a host to something inside it: by sshd, which forwards, or by a program there, which relays, where sshd does not.
 * OpenSSH gives the same reason for a socket that is missing and for one that may not be reached: both are tried. Faults: `SSH_FORWARD`.
 */
export const reach = async (
  name: string,
  by: { readonly forward: (to: Inside) => Promise<Duplex>; readonly relay: (to: Inside) => Promise<Relayed> },
  to: Inside,
): Promise<Result<Duplex>> => {
  const nothing = {
    what: `on the host, nothing answers at ${placeOf(to)}`,
    next: 'Check that the service listens there.',
  };
  const failed = (meaning: { what: string; next: string }, thrown: unknown, ...more: readonly string[]) =>
    fail({
      code: 'SSH_FORWARD',
      host: name,
      ...meaning,
      said: [thrown instanceof Error ? thrown.message : String(thrown), ...more].filter((text) => text !== ''),
    });
  try {
    return ok(await by.forward(to));
  } catch (thrown) {
    const asked = thrown instanceof Error && 'reason' in thrown && thrown.reason === connectFailed;
    if (asked && !('socket' in to)) return failed(nothing, thrown);
    try {
      const relayed = await by.relay(to);
      if (!('why' in relayed)) return ok(relayed);
      return failed(relayed.why === 'nothing' ? nothing : refusal(to), thrown, relayed.said);
    } catch (lost) {
      const what = `nothing could be asked at ${placeOf(to)}: no program runs on the host`;
      return failed({ what, next: 'Run it again.' }, lost);
    }
  }
};
