import type { Socket } from 'node:net';

/** One way of a connection through the proxy. */
export type Line = {
  /** Passes nothing on from now. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Forgets what is on its way. */
  readonly end: () => void;
};

type Slow = {
  /** ms. */
  readonly delay: number;
  /** Bytes a second. */
  readonly rate: number;
};

/** What may be on its way before the sender has to wait: enough for a delayed line, little on a slow one. */
const most = ({ rate }: Slow): number => (rate === Infinity ? 4 << 20 : 256 << 10);

/**
 * Passes on what `from` sends to `to`, its end included: each piece when its last byte is through the line, and has travelled.
 * @param pass is given each piece when it is delivered, and says what of it is
 */
export const link = (from: Socket, to: Socket, slow: Slow, pass = (bytes: Buffer): Buffer => bytes): Line => {
  let queue: { readonly at: number; readonly bytes: Buffer | undefined }[] = [];
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let frozen = false;
  let full = false;
  /** When the line has passed all that it was given. */
  let free = 0;

  const deliver = (): void => {
    for (let next = queue[0]; next !== undefined && !frozen && !full; next = queue[0]) {
      const early = next.at - performance.now();
      if (early > 0) {
        timer ??= setTimeout(() => {
          timer = undefined;
          deliver();
        }, early);
        break;
      }
      queue.shift();
      if (next.bytes === undefined) to.end();
      else {
        queued -= next.bytes.length;
        full = !to.write(pass(next.bytes));
        if (full)
          to.once('drain', () => {
            full = false;
            deliver();
          });
      }
    }
    if (!frozen && queued < most(slow)) from.resume();
  };
  const take = (bytes: Buffer | undefined): void => {
    const began = Math.max(performance.now(), free);
    free = began + ((bytes?.length ?? 0) / slow.rate) * 1000;
    queue.push({ at: free + slow.delay, bytes });
    queued += bytes?.length ?? 0;
    if (queued >= most(slow)) from.pause();
    deliver();
  };
  from.on('data', take);
  from.on('end', () => {
    take(undefined);
  });
  from.resume();
  return {
    freeze: () => {
      frozen = true;
      from.pause();
    },
    thaw: () => {
      frozen = false;
      deliver();
    },
    end: () => {
      clearTimeout(timer);
      queue = [];
    },
  };
};
