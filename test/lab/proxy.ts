import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on loopback that can be cut: the network between a runner and its host. */
export type Proxy = {
  readonly port: number;
  /** Connections that are up. */
  readonly live: () => number;
  /** Cuts all connections. */
  readonly cut: () => void;
  /** Cuts all connections when so many more bytes have gone to the host; these are passed on. Once. */
  readonly cutAfter: (bytes: number) => void;
  /** Passes nothing on, and closes nothing, as a network that is gone without a word. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Cuts, and refuses connections until resumed. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const startProxy = async (target: number): Promise<Proxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let left = Infinity;
  let frozen = false;
  const cut = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.end();
    }
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    if (frozen) near.pause();
    near.on('data', (chunk) => {
      const passed = chunk.subarray(0, Math.min(chunk.length, left));
      far.write(passed);
      if (left === Infinity) return;
      left -= passed.length;
      if (left > 0) return;
      left = Infinity;
      cut();
    });
    far.pipe(near);
    near.on('end', () => far.end());
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.end();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  const stop = async () => {
    const stopped = new Promise<void>((resolve) => {
      server.close(() => { resolve(); }); // prettier-ignore
    });
    cut();
    await stopped;
  };
  await listen(0);
  const port = (server.address() as AddressInfo).port;
  return {
    port,
    live: () => pairs.size,
    cut,
    cutAfter: (bytes) => {
      left = bytes;
    },
    freeze: () => {
      frozen = true;
      for (const [near, far] of pairs) {
        near.pause();
        far.unpipe(near);
      }
    },
    thaw: () => {
      frozen = false;
      for (const [near, far] of pairs) {
        near.resume();
        far.pipe(near);
      }
    },
    pause: stop,
    resume: () => listen(port),
    close: stop,
  };
};
