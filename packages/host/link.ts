import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, TcpConnectionDetails } from 'ssh2';
import type { Inside } from './reach.ts';

/** One connection to a host. */
export type Link = {
  /** Opens a channel that runs a command. Rejects when the server refuses or the connection is gone. */
  readonly exec: (command: string) => Promise<ClientChannel>;
  /** A connection from the host to something that it can reach (`direct-tcpip`, `direct-streamlocal`). Rejects as `exec`, and when the host cannot make it. */
  readonly forward: (to: Inside) => Promise<Duplex>;
  /**
   * Lets the host listen on a free port of its loopback, and hands on each connection to it (`tcpip-forward`). Rejects when the server
   * refuses or the connection is gone.
   */
  readonly listen: (handler: (connection: Duplex) => void) => Promise<Listening>;
  readonly alive: () => boolean;
  /** Settles when the connection is gone. */
  readonly gone: Promise<void>;
  /** The last thing the library said about the connection. */
  readonly why: () => string;
  /** Ends it; a host that has gone silent is cut off after a second. */
  readonly end: () => Promise<void>;
};

/** A port of a host's loopback. */
export type Listening = { readonly port: number; readonly close: () => Promise<void> };

const loopback = '127.0.0.1';

/** From the host itself: an sshd with `GatewayPorts yes` listens on all its addresses, whatever it was asked for. */
const fromInside = ({ srcIP }: TcpConnectionDetails): boolean => /^(?:127\.|::1$|::ffff:127\.)/.test(srcIP);

const listen = (client: Client, handler: (connection: Duplex) => void): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const lost = () => {
      reject(new Error('the connection is gone'));
    };
    client.once('close', lost);
    client.forwardIn(loopback, 0, (error, port) => {
      client.off('close', lost);
      if (error !== undefined) {
        reject(error);
        return;
      }
      const hand = (details: TcpConnectionDetails, accept: () => ClientChannel, refuse: () => void): void => {
        if (details.destPort !== port) return;
        if (fromInside(details)) handler(accept());
        else refuse();
      };
      client.on('tcp connection', hand);
      resolve({
        port,
        close: () =>
          new Promise((closed) => {
            client.off('tcp connection', hand);
            client.once('close', closed);
            try {
              client.unforwardIn(loopback, port, () => {
                closed();
              });
            } catch {
              closed();
            }
          }),
      });
    });
  });

type Answer = (error: Error | undefined, channel: ClientChannel) => void;

const open = (client: Client, ask: (answer: Answer) => void): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    const lost = () => {
      reject(new Error('the connection is gone'));
    };
    client.once('close', lost);
    try {
      // Throws at once when the connection is gone.
      ask((error, channel) => {
        client.off('close', lost);
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    } catch (error) {
      client.off('close', lost);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });

/** A client that is logged in, or about to be. `stream` carries it; `said`: the last thing that the library said. */
export const linkOf = (client: Client, stream: Duplex, said: () => string): Link => {
  let live = true;
  const gone = new Promise<void>((resolve) => {
    client.once('close', () => {
      live = false;
      resolve();
    });
  });
  client.setMaxListeners(0);
  return {
    exec: (command) => open(client, (answer) => void client.exec(command, answer)),
    forward: (to) =>
      open(client, (answer) => {
        if ('socket' in to) client.openssh_forwardOutStreamLocal(to.socket, answer);
        else client.forwardOut('127.0.0.1', 0, to.host, to.port, answer);
      }),
    listen: (handler) => (live ? listen(client, handler) : Promise.reject(new Error('the connection is gone'))),
    alive: () => live,
    gone,
    why: said,
    end: async () => {
      if (!live) return;
      client.end();
      const timer = setTimeout(() => {
        stream.destroy();
      }, 1000);
      await gone;
      clearTimeout(timer);
    },
  };
};
