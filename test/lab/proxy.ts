import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { link, type Line } from './proxy-line.ts';

/** A TCP proxy on loopback that can be slow, stall and be cut: the network between a runner and its host. */
export type Proxy = {
  readonly port: number;
  /** Connections that are up. */
  readonly live: () => number;
  /** Connections so far. */
  readonly connections: () => number;
  /** Cuts all connections. */
  readonly cut: () => void;
  /** Cuts all connections by a reset: the near side sees ECONNRESET, as when a machine in between has forgotten them. */
  readonly reset: () => void;
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

/** How slow it is: nothing given, as fast as it can be. */
export type Slowness = {
  /** Time for there and back, ms; half of it on each way, and once for the connection itself. */
  readonly roundTrip?: number;
  /** Bytes a second, on each way of each connection. */
  readonly rate?: number;
};

export const startProxy = async (target: number, slowness: Slowness = {}): Promise<Proxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  const lines = new Map<Socket, readonly [Line, Line]>();
  let left = Infinity;
  let frozen = false;
  let connections = 0;
  const slow = { delay: (slowness.roundTrip ?? 0) / 2, rate: slowness.rate ?? Infinity };
  const cut = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.end();
    }
  };
  const reset = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  const join = (near: Socket, far: Socket) => {
    const there = link(near, far, slow, (bytes) => {
      if (left === Infinity) return bytes;
      const passed = bytes.subarray(0, Math.min(bytes.length, left));
      left -= passed.length;
      if (left === 0) {
        left = Infinity;
        setImmediate(cut);
      }
      return passed;
    });
    const back = link(far, near, slow);
    lines.set(near, [there, back]);
    if (frozen) for (const line of [there, back]) line.freeze();
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    connections += 1;
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true, allowHalfOpen: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    let open: NodeJS.Timeout | undefined;
    if (slow.delay === 0) join(near, far);
    else open = setTimeout(() => { join(near, far); }, slow.delay * 2); // prettier-ignore
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(open);
        pairs.delete(pair);
        for (const line of lines.get(near) ?? []) line.end();
        lines.delete(near);
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
  const all = (): readonly Line[] => [...lines.values()].flat();
  await listen(0);
  const port = (server.address() as AddressInfo).port;
  return {
    port,
    live: () => pairs.size,
    connections: () => connections,
    cut,
    reset,
    cutAfter: (bytes) => {
      left = bytes;
    },
    freeze: () => {
      frozen = true;
      for (const line of all()) line.freeze();
    },
    thaw: () => {
      frozen = false;
      for (const line of all()) line.thaw();
    },
    pause: stop,
    resume: () => listen(port),
    close: stop,
  };
};
