import { connect as dial, type Socket } from 'node:net';
import type { AnyAuthMethod, Client, ClientChannel, ParsedKey, ServerHostKeyAlgorithm } from 'ssh2';
import { fail, ok, type Fault, type Result } from '#fault';
import type { HostOptions } from './address.ts';
import { hostKeyFault } from './host-key-fault.ts';
import { forward, type Inside } from './reach.ts';
import { hostKeyAlgorithms, isPinned, keyOfBlob, type HostKey, type Pins } from './known-hosts.ts';

/** One connection to a host. */
export type Link = {
  /** Opens a channel that runs a command. Rejects when the server refuses or the connection is gone. */
  readonly exec: (command: string) => Promise<ClientChannel>;
  /** Opens a channel to something inside the host. Rejects likewise. */
  readonly forward: (to: Inside) => Promise<ClientChannel>;
  readonly alive: () => boolean;
  /** Settles when the connection is gone. */
  readonly gone: Promise<void>;
  /** The last thing the library said about the connection. */
  readonly why: () => string;
  /** Ends it; a host that has gone silent is cut off after a second. */
  readonly end: () => Promise<void>;
};

type SshError = Error & { level?: string; code?: string };

const retryHint =
  'sshd (9.8 and newer) shuts addresses out for a while after failed logins: wait half a minute before trying again.';

/** What a failed connection means. */
export const connectFault = (at: HostOptions, error: SshError): Fault => {
  const place = `${at.address}, port ${at.port}`;
  const fault = (code: Fault['code'], what: string, next: string): Fault => ({
    code,
    host: at.name,
    what,
    said: [error.message],
    next,
    cause: error,
  });
  if (error.level === 'client-authentication')
    return fault(
      'SSH_REFUSED',
      `${place} does not accept this key for the user ${at.user}`,
      `Check that the key's public half is a line of ~${at.user}/.ssh/authorized_keys on the host, and that the account may log in. ${retryHint}`,
    );
  if (error.level === 'agent')
    return fault(
      'SSH_KEY_UNREADABLE',
      'the SSH agent does not answer',
      'Give the key in `ssh-key`, or check SSH_AUTH_SOCK with `ssh-add -l`.',
    );
  if (error.level === 'handshake' || /handshake/.test(error.message))
    return fault(
      'SSH_UNREACHABLE',
      `${place} ended the SSH handshake: ${error.message}`,
      `Try \`ssh -v -p ${at.port} ${at.user}@${at.address}\`. ${retryHint}`,
    );
  return fault(
    'SSH_UNREACHABLE',
    `no SSH server answers at ${place}: ${error.message}`,
    'Check address, port and firewall: the runner needs a way to the host.',
  );
};

const open = (client: Client, command: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    const lost = () => {
      reject(new Error('the connection is gone'));
    };
    client.once('close', lost);
    try {
      // Throws at once when the connection is gone.
      client.exec(command, (error, channel) => {
        client.off('close', lost);
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    } catch (error) {
      client.off('close', lost);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });

const linkOf = (client: Client, socket: Socket, said: () => string): Link => {
  let live = true;
  const gone = new Promise<void>((resolve) => {
    client.once('close', () => {
      live = false;
      resolve();
    });
  });
  client.setMaxListeners(0);
  return {
    exec: (command) => open(client, command),
    forward: (to) => forward(client, to),
    alive: () => live,
    gone,
    why: said,
    end: async () => {
      if (!live) return;
      client.end();
      const timer = setTimeout(() => {
        socket.destroy();
      }, 1000);
      await gone;
      clearTimeout(timer);
    },
  };
};

/**
 * Connects once, by public key or agent, to a host whose key is pinned. Never tries a login twice: sshd punishes the address.
 * Faults: `SSH_HOST_KEY_*`, `SSH_REFUSED`, `SSH_UNREACHABLE`, `SSH_KEY_UNREADABLE` (agent), `CANCELLED`.
 */
export const connect = async (
  at: HostOptions,
  pins: Pins,
  key: ParsedKey | undefined,
  signal?: AbortSignal,
): Promise<Result<Link>> => {
  const cancelled = () => signal?.aborted === true;
  const cancel = fail({ code: 'CANCELLED', host: at.name, what: 'cancelled while connecting', next: 'Run it again.' });
  if (cancelled()) return cancel;
  const { NodeSSH } = await import('node-ssh');
  const ssh = new NodeSSH();
  let said: SshError | undefined;
  const shown: { key?: HostKey | undefined; refused: boolean } = { refused: false };
  const method: AnyAuthMethod =
    key === undefined
      ? { type: 'agent', username: at.user, agent: at.agent ?? '' }
      : { type: 'publickey', username: at.user, key };
  const socket = dial({ host: at.address, port: at.port, noDelay: true });
  const giveUp = () => {
    socket.destroy();
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    const connected = ssh.connect({
      sock: socket,
      username: at.user,
      authHandler: [method],
      readyTimeout: at.connectMs ?? 20_000,
      keepaliveInterval: at.keepaliveMs ?? 15_000,
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
    const link = linkOf(client, socket, () => said?.message ?? 'the connection was closed');
    await connected;
    return ok(link);
  } catch (thrown) {
    socket.destroy();
    if (cancelled()) return cancel;
    if (shown.refused) return { ok: false, fault: hostKeyFault(at, pins, shown.key) };
    return {
      ok: false,
      fault: connectFault(at, said ?? (thrown instanceof Error ? thrown : new Error(String(thrown)))),
    };
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
};
