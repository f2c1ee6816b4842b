import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, Client, ParsedKey, ServerHostKeyAlgorithm } from 'ssh2';
import { fail, ok, type Result } from '#fault';
import type { Hop, HostOptions } from './address.ts';
import { connectFault, type SshError } from './connect-fault.ts';
import { hostKeyFault } from './host-key-fault.ts';
import { hostKeyAlgorithms, isPinned, keyOfBlob, pinsFor, type HostKey } from './known-hosts.ts';
import { linkOf, type Link } from './link.ts';

/** How to log in and how long to wait: the same for a host and those on the way to it. */
export type Login = Pick<HostOptions, 'agent' | 'connectMs' | 'keepaliveMs'> & {
  /** None: the agent is asked. */
  readonly key: ParsedKey | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A person or the runner does not want it any more. */
export const cancelled = (hop: Hop): Result<never> =>
  fail({ code: 'CANCELLED', host: hop.name, what: 'cancelled while connecting', next: 'Run it again.' });

/**
 * Connects once over a stream, by public key or agent, to a host whose key is pinned. Never tries a login twice: sshd punishes the
 * address. The stream is destroyed when it fails. `below`: the key of landfall.yml that describes the host, for people.
 * Faults: `SSH_HOST_KEY_*`, `SSH_REFUSED`, `SSH_UNREACHABLE`, `SSH_KEY_UNREADABLE` (agent), `CANCELLED`.
 */
export const connect = async (hop: Hop, stream: Duplex, login: Login, below: string): Promise<Result<Link>> => {
  const { key, signal } = login;
  const pins = pinsFor(hop.pins, hop.address, hop.port);
  const { NodeSSH } = await import('node-ssh');
  const ssh = new NodeSSH();
  let said: SshError | undefined;
  const shown: { key?: HostKey | undefined; refused: boolean } = { refused: false };
  const method: AnyAuthMethod =
    key === undefined
      ? { type: 'agent', username: hop.user, agent: login.agent ?? '' }
      : { type: 'publickey', username: hop.user, key };
  const giveUp = () => {
    stream.destroy();
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const connected = ssh.connect({
      sock: stream,
      username: hop.user,
      authHandler: [method],
      readyTimeout: login.connectMs ?? 20_000,
      keepaliveInterval: login.keepaliveMs ?? 15_000,
      keepaliveCountMax: 4,
      algorithms: {
        serverHostKey: [...hostKeyAlgorithms(pins)] as ServerHostKeyAlgorithm[],
        cipher: { prepend: ['aes128-gcm@openssh.com'], append: [], remove: [] },
      },
      hostVerifier: (blob: Buffer) => {
        shown.key = keyOfBlob(blob);
        shown.refused = !isPinned(pins, blob);
        return !shown.refused;
      },
    });
    // At once: node-ssh takes its own listener away when the connection is ready, and an 'error' that nobody hears ends the process.
    const client = ssh.connection as Client;
    client.on('error', (error: SshError) => {
      said = said?.level === 'client-authentication' || said?.level === 'agent' ? said : error;
    });
    const link = linkOf(client, stream, () => said?.message ?? 'the connection was closed');
    await connected;
    return ok(link);
  } catch (thrown) {
    stream.destroy();
    if (signal?.aborted === true) return cancelled(hop);
    if (shown.refused) return { ok: false, fault: hostKeyFault({ ...hop, below }, pins, shown.key) };
    const error = said ?? (thrown instanceof Error ? thrown : new Error(String(thrown)));
    return { ok: false, fault: connectFault(hop, error, key === undefined) };
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
};
