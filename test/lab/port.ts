import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Nobody in this process is given a port twice: a host keeps its own while it is down. */
const given = new Set<number>();

/**
 * A port on loopback that nothing listens on now. It is none of those that the kernel hands out by itself (from 32768): somebody could
 * have it before, or while, nobody listens there.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port)) continue;
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (!free) continue;
    given.add(port);
    return port;
  }
};
