import http from 'node:http';
import https from 'node:https';

/** How long the meter waits for one answer, in ms. */
export const getLimit = 2000;

/**
 * One GET over a connection of its own, which is closed after it; certificates are verified, no redirect is followed.
 * Resolves to the status once the whole answer (of a large one: a megabyte) has come, or to undefined: no answer, a broken one, or none in time.
 * Rejects only for what is no http(s) address.
 */
export const get = (url: string, limit = getLimit): Promise<number | undefined> =>
  new Promise((resolve) => {
    const headers = { accept: '*/*', 'user-agent': 'Landfall' };
    const request = (/^https:/i.test(url) ? https : http).get(url, { agent: false, headers });
    const end = (status: number | undefined): void => {
      clearTimeout(timer);
      resolve(status);
      request.destroy();
    };
    const fail = (): void => {
      end(undefined);
    };
    const timer = setTimeout(fail, limit);
    request.on('error', fail);
    request.on('response', (response) => {
      let bytes = 0;
      response.on('error', fail);
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > 1_000_000) end(response.statusCode);
      });
      response.on('end', () => {
        end(response.statusCode);
      });
    });
  });
