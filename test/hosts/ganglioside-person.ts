import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { WebSocket } from 'ws';
import { demand } from './play.ts';

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

type Question = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** What is behind TLS: its address, and the authority that signed its certificate (PEM). */
export type Front = { readonly url: string; readonly authority: string };

/** One request by a connection of its own, as it is: no redirect is followed, nothing is unpacked. Throws where no answer comes within two minutes. */
export const ask = (
  { url, authority }: Front,
  path: string,
  { method = 'GET', headers = {}, body = '' }: Question = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const own = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const request = https.request(
      new URL(path, url),
      { method, headers: own, ca: authority, agent: false, signal: AbortSignal.timeout(120_000) },
      (response) => {
        const parts: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const { statusCode: status = 0, headers: got } = response;
          resolve({ status, headers: got, body: Buffer.concat(parts).toString() });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });

type Message = Readonly<Record<string, unknown>>;

/** Messages of a WebSocket up to the first that is the last. Throws where that does not come in time (ms). */
export const listen = (
  { url, authority }: Front,
  path: string,
  last: (message: Message) => boolean,
  { headers = {}, within = 120_000 }: { headers?: Readonly<Record<string, string>>; within?: number } = {},
): Promise<readonly Message[]> =>
  new Promise((resolve, reject) => {
    const messages: Message[] = [];
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { ca: authority, origin: url, headers });
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.terminate();
      if (error === undefined) resolve(messages);
      else reject(error);
    };
    const timer = setTimeout(() => {
      end(new Error(`${path} said in ${within / 1000} s no more than ${JSON.stringify(messages)}`));
    }, within);
    socket.on('error', end);
    socket.on('close', (code) => {
      end(new Error(`${path} was closed (${code}) after ${JSON.stringify(messages)}`));
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      messages.push(message);
      if (last(message)) end();
    });
  });

/** Does a WebSocket stay open for so many ms in which nobody says anything? Throws with what ended it. */
export const staysOpen = ({ url, authority }: Front, path: string, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { ca: authority, origin: url });
    socket.on('error', reject);
    socket.on('close', (code) => {
      reject(new Error(`${path} was closed (${code}) in a silence`));
    });
    socket.on('open', () => {
      setTimeout(() => {
        resolve();
        socket.terminate();
      }, ms);
    });
  });

/** How an analysis stands. */
export type Standing = {
  readonly id: number;
  readonly status: 'queued' | 'running' | 'completed' | 'failed';
  readonly runs: number;
  readonly release: string;
};

/** Somebody who is logged in. */
export type Person = {
  /** Uploads a table whose analysis is to take so many seconds. */
  readonly upload: (table: string, seconds: number) => Promise<Standing>;
  readonly standing: (id: number) => Promise<Standing>;
  readonly rows: (id: number) => Promise<unknown>;
  /** What the WebSocket says of it until it is completed. */
  readonly follow: (id: number) => Promise<readonly Message[]>;
  readonly remove: (id: number) => Promise<void>;
  readonly leave: () => Promise<void>;
};

/** Logs in by the form, as a browser does. */
export const logIn = async (site: Front, username: string, password: string): Promise<Person> => {
  const jar = new Map<string, string>();
  const cookies = () => ({ cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') });
  const go = async (path: string, wanted: number, { headers = {}, ...more }: Question = {}): Promise<Answer> => {
    const own = { ...cookies(), referer: site.url, 'x-csrftoken': jar.get('csrftoken') ?? '' };
    const answer = await ask(site, path, { ...more, headers: { ...own, ...headers } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    demand(answer.status === wanted, () => `${path} answers ${answer.status}, not ${wanted}: ${answer.body}`);
    return answer;
  };
  const post = async (path: string, wanted: number, form: FormData): Promise<Answer> => {
    const packed = new Response(form);
    const headers = { 'content-type': packed.headers.get('content-type') ?? '' };
    return go(path, wanted, { method: 'POST', headers, body: Buffer.from(await packed.arrayBuffer()) });
  };
  const formOf = (fields: Readonly<Record<string, string>>): FormData => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return form;
  };
  const read = (answer: Answer): unknown => JSON.parse(answer.body);

  await go('/login/', 200);
  await post('/login/', 302, formOf({ username, password }));
  return {
    upload: async (table, seconds) => {
      const form = formOf({ seconds: String(seconds) });
      form.set('file', new File([table], 'table.csv', { type: 'text/csv' }));
      return read(await post('/analyses/', 201, form)) as Standing;
    },
    standing: async (id) => read(await go(`/analyses/${id}/`, 200)) as Standing,
    rows: async (id) => (read(await go(`/analyses/${id}/results/`, 200)) as { rows: unknown }).rows,
    follow: (id) =>
      listen(site, `/ws/analyses/${id}/`, ({ status }) => status === 'completed', {
        headers: cookies(),
        within: 60_000,
      }),
    remove: async (id) => {
      await go(`/analyses/${id}/`, 204, { method: 'DELETE' });
    },
    leave: async () => {
      await post('/logout/', 302, new FormData());
    },
  };
};
