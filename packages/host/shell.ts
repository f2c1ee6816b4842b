import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Link } from './link.ts';
import { bootstrap, frame, type Argument } from './frame.ts';
import { divide, type Divided } from './mark.ts';

/** What a waiting shell is given. */
export type Job = {
  readonly args: readonly Argument[];
  readonly text: string;
  /** The program's stdin. `hold`: none, and kept open as a sign that the connection lives. */
  readonly body: Readable | Buffer | 'hold';
  readonly onOut: (chunk: Buffer) => void;
  readonly onErr: (chunk: Buffer) => void;
};

/** How a shell ended. Neither code nor signal: the connection was lost. Not begun: our program did not run, and `noise` says why. */
export type End = { readonly begun: boolean; readonly code?: number; readonly signal?: string; readonly noise: string };

/** A shell on the host that waits for one job. */
export type Shell = {
  /** Sends the job. */
  readonly start: (job: Job) => void;
  /** The process group of the job; undefined when it ended before it began. */
  readonly pid: Promise<number | undefined>;
  /** Settles when its channel is closed, which is when its slot on the server is free. */
  readonly ended: Promise<End>;
  readonly closed: () => boolean;
  /** Rejects with the error of the stream that was to be sent; else never settles. */
  readonly broken: Promise<never>;
  /** Sends no more of the body. The program's stdin stays open: its end would look like the end of the data. */
  readonly hold: () => void;
  /** By the protocol; OpenSSH before 9.8 ignores it for root. */
  readonly signal: (name: 'TERM' | 'KILL') => void;
  /** Ends stdin and closes the channel. The program may go on. */
  readonly close: () => void;
};

const noiseKept = 4096;

const send = (channel: ClientChannel, job: Job, broke: (error: Error) => void): (() => void) => {
  if (job.body === 'hold') return () => undefined;
  if (Buffer.isBuffer(job.body)) {
    channel.end(job.body);
    return () => undefined;
  }
  const body = job.body;
  // `pipe` ends the channel with the body's end, not with its failure: a cut body must not look whole.
  body.once('error', broke);
  body.pipe(channel);
  channel.once('close', () => {
    body.destroy();
  });
  return () => {
    body.unpipe(channel);
    body.destroy();
  };
};

/** Opens a channel with a shell that waits. */
export const openShell = async (link: Link): Promise<Shell> => {
  const channel = await link.exec(bootstrap);
  const token = randomBytes(16).toString('hex');
  let noise = '';
  let begun = false;
  let closed = false;
  let code: number | undefined;
  let signal: string | undefined;
  const onNoise = (chunk: Buffer) => {
    noise = (noise + chunk.toString('utf8')).slice(-noiseKept);
  };
  let out: Divided = { write: onNoise, end: () => undefined };
  let err = out;
  let hold: () => void = () => undefined;
  const pid = Promise.withResolvers<number | undefined>();
  const ended = Promise.withResolvers<End>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  // Both streams are read from the first moment: they share one window, and the channel closes only when both were read.
  channel.on('data', (chunk: Buffer) => {
    out.write(chunk);
  });
  channel.stderr.on('data', (chunk: Buffer) => {
    err.write(chunk);
  });
  channel.on('error', () => undefined);
  channel.on('exit', (status: number | null, name?: string) => {
    code = status ?? undefined;
    signal = name;
  });
  channel.on('close', () => {
    closed = true;
    out.end();
    err.end();
    pid.resolve(undefined);
    ended.resolve({
      begun,
      noise,
      ...(code === undefined ? {} : { code }),
      ...(signal === undefined ? {} : { signal }),
    });
  });
  return {
    start: (job) => {
      const mark = (rest: string) => {
        begun = true;
        pid.resolve(Number(rest));
      };
      out = divide(token, { noise: onNoise, mark, data: job.onOut });
      err = divide(token, { noise: onNoise, mark: () => undefined, data: job.onErr });
      channel.write(frame(token, job.args, job.text));
      hold = send(channel, job, broken.reject);
    },
    pid: pid.promise,
    ended: ended.promise,
    closed: () => closed,
    broken: broken.promise,
    hold: () => {
      hold();
    },
    signal: (name) => {
      try {
        channel.signal(name);
      } catch {
        // Gone already.
      }
    },
    close: () => {
      hold();
      try {
        channel.end();
        channel.close();
      } catch {
        // Gone already.
      }
    },
  };
};
