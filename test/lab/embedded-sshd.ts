import { timingSafeEqual } from 'node:crypto';
import { connect as dial, type AddressInfo } from 'node:net';
import { homedir, userInfo } from 'node:os';
import { pipeline, type Duplex } from 'node:stream';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import { runCommand, type Command } from './embedded-command.ts';
import { bareKey, generateKey } from './keys.ts';

/** What becomes of what a client sent. */
export type Arrival = 'arrives' | 'lost';

/** What a test or a demo can see and hold up. A promise that is returned is waited for. */
export type Hooks = {
  readonly onConnect?: (connection: { readonly number: number }) => void;
  /** Before a command starts. */
  readonly onExec?: (command: Command) => void | Promise<void>;
  /** Each piece of a command's stdin, before the command gets it: programs and their arguments come by this way. `lost`: it never does. */
  readonly onInput?: (command: Command, chunk: Buffer) => Arrival | Promise<Arrival>;
  /** A command has ended, before the client hears of it. */
  readonly onExit?: (command: Command, code: number | null) => void | Promise<void>;
};

export type SshdOptions = Hooks & {
  /** Lines of authorized_keys. */
  readonly authorizedKeys: readonly string[];
  /** Private keys. A fresh Ed25519 key unless given. */
  readonly hostKeys?: readonly string[];
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
  /** The login shell: started with `-c` and the command. */
  readonly shell?: string;
  readonly maxSessions?: number;
  /** A jump host: connections to loopback are made for clients. */
  readonly forwards?: boolean;
};

export type Sshd = {
  readonly address: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  /** `type base64` of the first host key. */
  readonly hostKey: string;
  /** Commands that run now. */
  readonly commands: () => readonly Command[];
  /** Connections so far. */
  readonly connections: () => number;
  /** Cuts every connection, as a lost network does; commands live on as they do below sshd. */
  readonly cut: () => void;
  /** Stops listening, or listens again, so that clients that come back are refused for a while. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /** Ends all: connections, commands and their process groups. */
  readonly close: () => Promise<void>;
};

const parsed = (text: string): ParsedKey => {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
};

const authenticate = (allowed: readonly ParsedKey[]) => (context: AuthContext) => {
  if (context.method !== 'publickey') {
    context.reject(['publickey']);
    return;
  }
  const shown = context.key.data;
  const key = allowed.find((one) => {
    const blob = one.getPublicSSH();
    return blob.length === shown.length && timingSafeEqual(blob, shown);
  });
  const good =
    key !== undefined &&
    (context.signature === undefined ||
      key.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo));
  if (good) context.accept();
  else context.reject(['publickey']);
};

/** Makes a connection to loopback for a client. */
const forward = (port: number, accept: () => Duplex, reject: () => void): void => {
  const socket = dial({ host: '127.0.0.1', port, noDelay: true });
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    const channel = accept();
    // One end's end or failure is the other's.
    pipeline(socket, channel, socket, () => {
      socket.destroy();
      channel.destroy();
    });
  });
};

/**
 * An SSH server on 127.0.0.1 that runs commands as the current user, each in a session and process group of its own, as sshd does.
 * Public keys and exec, and forwarding where asked for. Unlike sshd: it answers CLOSE at once, and does not punish failed logins.
 */
export const startEmbeddedSshd = async (options: SshdOptions): Promise<Sshd> => {
  const hostKeys = options.hostKeys ?? [generateKey('host').privateKey];
  const allowed = options.authorizedKeys.map(parsed);
  const user = userInfo().username;
  const home = options.home ?? homedir();
  const running = new Set<Command>();
  const live = new Map<Connection, () => void>();
  let connections = 0;
  const env = {
    HOME: home,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    USER: user,
    LOGNAME: user,
    SHELL: options.shell ?? '/bin/sh',
    SSH_CLIENT: '127.0.0.1 0 0',
    SSH_CONNECTION: '127.0.0.1 0 127.0.0.1 0',
    ...options.env,
  };

  const server = new ssh2.Server({ hostKeys: [...hostKeys] }, (connection) => {
    connections += 1;
    const number = connections;
    options.onConnect?.({ number });
    let sessions = 0;
    const mine = new Set<Command>();
    const socket = (connection as unknown as { _sock: { destroy: () => void; setNoDelay: () => void } })._sock;
    live.set(connection, () => {
      socket.destroy();
    });
    socket.setNoDelay();
    connection.on('authentication', authenticate(allowed));
    connection.on('error', () => undefined);
    connection.on('close', () => {
      live.delete(connection);
      for (const command of mine) command.hangUp();
    });
    connection.on('request', (accept, reject, name) => {
      if (name.includes('forward')) reject?.();
      else accept?.();
    });
    // Without a listener ssh2 says that it is prohibited, as sshd does.
    if (options.forwards === true)
      connection.on('tcpip', (accept, reject, { destPort }) => {
        forward(destPort, accept, reject);
      });
    connection.on('session', (accept, reject) => {
      if (sessions >= (options.maxSessions ?? 10)) {
        reject();
        return;
      }
      sessions += 1;
      runCommand(accept(), { env, home, shell: env.SHELL, hooks: options, connection: number }, (command, state) => {
        if (state === 'started') {
          mine.add(command);
          running.add(command);
          return;
        }
        mine.delete(command);
        running.delete(command);
        sessions -= 1;
      }, () => {
        sessions -= 1;
      }); // prettier-ignore
    });
  });

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  const cut = () => {
    for (const destroy of live.values()) destroy();
  };
  await listen(options.port ?? 0);
  const port = (server.address() as AddressInfo).port;
  const publicKey = parsed(hostKeys[0] ?? '');
  return {
    address: '127.0.0.1',
    port,
    user,
    hostKey: bareKey(`${publicKey.type} ${publicKey.getPublicSSH().toString('base64')}`),
    commands: () => [...running],
    connections: () => connections,
    cut,
    pause: async () => {
      const stopped = stop();
      cut();
      await stopped;
    },
    resume: () => listen(port),
    close: async () => {
      for (const command of running) command.kill('SIGKILL');
      const stopped = stop();
      cut();
      await stopped.catch(() => undefined);
    },
  };
};
