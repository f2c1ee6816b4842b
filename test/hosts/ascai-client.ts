import http from 'node:http';
import https from 'node:https';
import { WebSocket } from 'ws';

/** An answer, with all of its headers. */
export type Answered = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
};

export type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The name that is asked for, in Host and of the certificate; that of the address if not given. */
  readonly name?: string;
  /** The authority that is believed. */
  readonly ca?: string;
};

/** How long an answer may take: ms. It ends what hangs. */
const limit = 120_000;

/** One request over a connection of its own; no redirect is followed. Throws where no answer comes. */
export const ask = (url: string, { method = 'GET', headers = {}, body, name, ca }: Asking = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false,
      signal: AbortSignal.timeout(limit),
      headers: { ...headers, ...(name === undefined ? {} : { host: name }) },
      ...(ca === undefined ? {} : { ca }),
      ...(name === undefined ? {} : { servername: name }),
    } as const;
    const request = (url.startsWith('https:') ? https : http).request(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(parts).toString().trim();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    request.once('error', reject);
    request.end(body);
  });

/** A WebSocket to where the application talks. */
export const openSocket = (url: string, ca?: string): WebSocket =>
  new WebSocket(`${url.replace(/^http/, 'ws')}/ws/live/`, {
    handshakeTimeout: limit,
    ...(ca === undefined ? {} : { ca }),
  });

/** The first words of its other end. */
const greeting = (url: string, ca?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = openSocket(url, ca);
    socket.once('message', (data: Buffer) => {
      resolve(data.toString());
      socket.terminate();
    });
    // also after the first message: one that nobody hears ends the process
    socket.on('error', reject);
  });

/** What it gives, once it gives anything: it is asked again for so long. */
export const within = async <Found>(ms: number, found: () => Promise<Found | undefined>): Promise<Found> => {
  const until = performance.now() + ms;
  for (;;) {
    const come = await found().catch((thrown: unknown) => {
      if (performance.now() > until) throw thrown;
      return undefined;
    });
    if (come !== undefined) return come;
    if (performance.now() > until) throw new Error(`nothing came within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

/** How long processes may take to come up, and a tick or a task to arrive: ms. */
const patience = 120_000;

/** What a task came to. */
export type Task = {
  readonly state: string;
  readonly result: { readonly release: string; readonly pid: number } | null;
};

/** The application, asked through its web server. */
export type AscaiClient = {
  readonly get: (path: string, form?: Readonly<Record<string, string>>) => Promise<Answered>;
  /** Has a worker work for so many seconds, and gives the task's id. */
  readonly begin: (seconds: number) => Promise<string>;
  readonly task: (id: string) => Promise<Task>;
  /** The scheduler that ticked last, and the pids of all that did in the last ten seconds. */
  readonly scheduler: () => Promise<{ readonly release: string; readonly age: number; readonly pids: number[] }>;
  /** The release that each process names: the web, the WebSocket, a worker, the scheduler. Throws where one does not in time. */
  readonly releases: () => Promise<Readonly<Record<'web' | 'websocket' | 'worker' | 'scheduler', string>>>;
};

export const ascaiAt = (url: string, ca?: string): AscaiClient => {
  const trust = ca === undefined ? {} : { ca };
  const get: AscaiClient['get'] = (path, form) =>
    ask(`${url}${path}`, {
      ...trust,
      ...(form === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams(form).toString(),
          }),
    });
  const begin: AscaiClient['begin'] = (seconds) =>
    within(patience, async () => {
      const { status, text } = await get('/tasks/', { seconds: String(seconds) });
      return status === 202 ? (JSON.parse(text) as { id: string }).id : undefined;
    });
  const task: AscaiClient['task'] = async (id) => JSON.parse((await get(`/tasks/${id}/`)).text) as Task;
  const scheduler: AscaiClient['scheduler'] = async () =>
    JSON.parse((await get('/scheduler/')).text) as { release: string; age: number; pids: number[] };
  return {
    get,
    begin,
    task,
    scheduler,
    releases: async () => {
      const web = await within(patience, async () => {
        const { status, text } = await get('/version');
        return status === 200 ? text : undefined;
      });
      const websocket = (JSON.parse(await within(patience, () => greeting(url, ca))) as { release: string }).release;
      const id = await begin(0);
      const worker = await within(patience, async () => (await task(id)).result?.release);
      const ticked = await within(patience, async () => {
        const { release, age } = await scheduler();
        return age < 5 ? release : undefined;
      });
      return { web, websocket, worker, scheduler: ticked };
    },
  };
};
