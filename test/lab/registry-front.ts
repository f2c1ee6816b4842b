import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a front does with one request. Nothing: it is passed on. */
export type Meddling = {
  /** Answers in the registry's place. */
  readonly answer?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Breaks the connection when so many bytes of the answer's body have gone. */
  readonly cutAfter?: number;
  /** Changes the byte at this place of the answer's body. */
  readonly flip?: number;
  /** Breaks the connection when so many bytes of the request's body have come, and are passed on. */
  readonly swallowAfter?: number;
};

export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
};

export type Front = {
  readonly registry: string;
  /** All requests so far. */
  readonly seen: readonly Seen[];
  /** Bytes of bodies that were answered with. */
  readonly given: () => number;
  readonly close: () => Promise<void>;
};

/** Stands before a registry on loopback, and may spoil what is said there. */
export const startFront = async (
  target: number,
  meddle: (seen: Seen, nth: number) => Meddling | undefined = () => undefined,
): Promise<Front> => {
  const seen: Seen[] = [];
  let given = 0;
  const handle = (asked: IncomingMessage, answering: ServerResponse): void => {
    const { method = '', url = '', headers } = asked;
    const one = { method, path: url, headers };
    seen.push(one);
    const { answer, cutAfter = Infinity, flip, swallowAfter = Infinity } = meddle(one, seen.length) ?? {};
    if (answer !== undefined) {
      asked.resume();
      answering.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const breakOff = (): void => {
      asked.socket.destroy();
      passed.destroy();
    };
    const passed = request({ host: '127.0.0.1', port: target, method, path: url, headers, agent: false });
    passed.on('error', breakOff);
    passed.on('response', (from) => {
      answering.writeHead(from.statusCode ?? 502, from.headers);
      let at = 0;
      from.on('data', (chunk: Buffer) => {
        const bytes = chunk.subarray(0, Math.max(0, cutAfter - at));
        if (flip !== undefined && flip >= at && flip < at + bytes.length)
          bytes[flip - at] = (bytes[flip - at] ?? 0) ^ 1;
        at += chunk.length;
        given += bytes.length;
        if (at > cutAfter) {
          from.pause();
          answering.write(bytes, breakOff);
        } else answering.write(bytes);
      });
      from.on('error', breakOff);
      from.on('end', () => answering.end());
    });
    let came = 0;
    asked.on('data', (chunk: Buffer) => {
      const bytes = chunk.subarray(0, Math.max(0, swallowAfter - came));
      came += chunk.length;
      if (came > swallowAfter) passed.write(bytes, breakOff);
      else passed.write(bytes);
    });
    asked.on('end', () => passed.end());
    asked.on('error', () => passed.destroy());
  };
  const server = createServer(handle);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    registry: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    given: () => given,
    close: () =>
      new Promise((resolve) => {
        server.close(() => { resolve(); }); // prettier-ignore
        server.closeAllConnections();
      }),
  };
};
