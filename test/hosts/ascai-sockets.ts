import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { openSocket } from './ascai-client.ts';

/** One client that came back each time it lost its connection. */
export type Followed = {
  /** The code with which each of its connections ended, as the client saw it: 1006, without a word of the other end. */
  readonly codes: readonly number[];
  /** The release that each of its connections was greeted by, in order; and when, in ms of one clock. */
  readonly releases: readonly string[];
  readonly greeted: readonly number[];
  /** From the end of a connection to the next greeting: ms. */
  readonly gone: readonly number[];
};

/** Clients that keep a WebSocket open, as browsers do. */
export type Sockets = {
  /** Resolves when each has been greeted by this release. Throws after five minutes. */
  readonly greetedBy: (release: string) => Promise<void>;
  /** Closes all of them, and tells what each has seen. */
  readonly end: () => readonly Followed[];
};

/** Between two tries: ms. */
const pause = 500;

export const openSockets = (count: number, url: string, ca?: string): Sockets => {
  const over = new AbortController();
  const clients = Array.from({ length: count }, () => ({
    codes: [] as number[],
    releases: [] as string[],
    greeted: [] as number[],
    gone: [] as number[],
  }));
  const open = new Set<WebSocket>();
  for (const client of clients) {
    let lost: number | undefined;
    const connect = (): void => {
      if (over.signal.aborted) return;
      let greeted = false;
      const socket = openSocket(url, ca);
      open.add(socket);
      socket.once('message', (data: Buffer) => {
        greeted = true;
        client.releases.push((JSON.parse(data.toString()) as { release: string }).release);
        client.greeted.push(performance.now());
        if (lost !== undefined) client.gone.push(performance.now() - lost);
      });
      // a try that failed is closed, too
      socket.on('error', () => undefined);
      socket.once('close', (code) => {
        open.delete(socket);
        if (over.signal.aborted) return;
        if (greeted) {
          client.codes.push(code);
          lost = performance.now();
        }
        setTimeout(connect, pause);
      });
    };
    connect();
  }
  return {
    greetedBy: async (release) => {
      const until = performance.now() + 300_000;
      for (;;) {
        const others = clients.filter(({ releases }) => releases.at(-1) !== release);
        if (others.length === 0) return;
        if (performance.now() > until)
          throw new Error(
            `${others.length} of ${count} WebSockets are not on ${release}: ${JSON.stringify(others[0])}`,
          );
        await sleep(pause);
      }
    },
    end: () => {
      over.abort();
      for (const socket of open) socket.terminate();
      return clients;
    },
  };
};
