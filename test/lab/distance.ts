import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network with a distance, between a client on loopback and a server there. */
export type Distance = {
  readonly port: number;
  /** Round trips so far: see {@link startDistance}. */
  readonly trips: () => number;
  readonly close: () => Promise<void>;
};

/** Bytes of a burst that only keep channels ready: a channel is opened, and a shell that waits is started in it. */
const small = 1000;

/**
 * A TCP proxy that holds everything up for half of `rtt` ms each way, and counts round trips: bursts of the client that may be an
 * answer to what the server said to the last one, because `rtt` has passed since. Small bursts, which open spare channels, close
 * used ones or show a sign of life, are waited for by nobody and do not count.
 */
export const startDistance = async (target: number, rtt: number): Promise<Distance> => {
  const sockets = new Set<Socket>();
  let trips = 0;
  const pass = (to: Socket, chunk: Buffer) => {
    setTimeout(() => to.writable && to.write(chunk), rtt / 2);
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    let burst = 0;
    let last = -Infinity;
    near.on('data', (chunk: Buffer) => {
      const full = burst < small && burst + chunk.length >= small;
      burst += chunk.length;
      if (full && performance.now() - last >= rtt) {
        trips += 1;
        last = performance.now();
      }
      pass(far, chunk);
    });
    far.on('data', (chunk: Buffer) => {
      burst = 0;
      pass(near, chunk);
    });
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('end', () => setTimeout(() => other.end(), rtt / 2));
      socket.on('close', () => {
        sockets.delete(socket);
        setTimeout(() => other.destroy(), rtt);
      });
    }
  }); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    trips: () => trips,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
