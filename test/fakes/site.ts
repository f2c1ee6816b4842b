import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Site = {
  readonly url: string;
  /** The status that it answers with from now on. */
  readonly answer: (status: number) => void;
  /** Resolves after so many more requests. */
  readonly asked: (times: number) => Promise<void>;
  readonly requests: () => number;
  readonly close: () => Promise<void>;
};

/** A real web server on loopback that answers every request with one status. */
export const site = async (): Promise<Site> => {
  let status = 200;
  let requests = 0;
  let waiting: { readonly at: number; readonly resolve: () => void }[] = [];
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(status, { connection: 'close' }).end('hello');
    for (const { at, resolve } of waiting) if (requests >= at) resolve();
    waiting = waiting.filter(({ at }) => requests < at);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next) => {
      status = next;
    },
    asked: (times) => new Promise((resolve) => waiting.push({ at: requests + times, resolve })),
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
