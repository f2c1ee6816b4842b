import type { Readable } from 'node:stream';
import { transport } from '#remote';
import type { Argument } from './frame.ts';
import type { Lines } from './lines.ts';
import type { End, Shell } from './shell.ts';
import type { Shells } from './shells.ts';

/** One program, run once over one connection. */
export type Attempt = {
  readonly args: readonly Argument[];
  readonly text: string;
  readonly body?: Readable | Buffer;
  /** ms; none: it has its limit on the host. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  readonly prose: Lines;
};

/** How it ended. `lost`: the connection was, or the host gives no answer over it. `no-shell`: the program did not begin. `broken`: its stdin could not be read here. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: Buffer }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'cancelled' | 'timeout' }
  | { readonly kind: 'lost'; readonly why?: string }
  | { readonly kind: 'no-shell'; readonly said: string; readonly code?: number }
  | { readonly kind: 'broken'; readonly error: Error };

const grace = 5000;

const within = async <T>(ms: number, promise: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Ends the job of a shell and all that it started: TERM, after 5 s KILL, over another channel; by the protocol where there is none. Gives
 * whether the host answered: from a network that is gone without a word nothing comes.
 */
const end = async (shell: Shell, shells: Shells): Promise<boolean> => {
  shell.hold();
  const pid = await within(grace, shell.pid);
  let heard = pid !== undefined || shell.closed();
  if (pid !== undefined && !shell.closed()) {
    try {
      const coming = shells.extra();
      const killer = await within(grace, coming);
      if (killer === undefined) {
        void coming.then((late) => { late.close(); }, () => undefined); // prettier-ignore
        return false;
      }
      const nothing = () => undefined;
      killer.start({ args: [String(pid)], text: transport.endGroup, body: 'hold', onOut: nothing, onErr: nothing });
      heard = (await within(2 * grace, killer.ended)) !== undefined;
      killer.close();
    } catch {
      shell.signal('TERM');
      if ((await within(grace, shell.ended)) === undefined) shell.signal('KILL');
    }
    await within(1000, shell.ended);
  }
  shell.close();
  return heard || shell.closed();
};

/** Interrupted by nobody: how the shell's end is read. */
const read = (ended: End, stdout: Buffer, alive: boolean): Ending => {
  if (ended.begun && ended.code !== undefined) return { kind: 'exit', code: ended.code, stdout };
  if (ended.begun && ended.signal !== undefined) return { kind: 'killed', signal: ended.signal };
  if (!ended.begun && (alive || ended.code !== undefined))
    return { kind: 'no-shell', said: ended.noise, ...(ended.code === undefined ? {} : { code: ended.code }) };
  return { kind: 'lost' };
};

/** Runs a program to its end, to its limit, or until `signal` is given; whatever happens, nothing of it goes on beside a living connection. */
export const attempt = async (shells: Shells, alive: () => boolean, what: Attempt): Promise<Ending> => {
  const stop = Promise.withResolvers<Ending>();
  const onAbort = () => {
    stop.resolve({ kind: 'cancelled' });
  };
  if (what.signal?.aborted === true) return { kind: 'cancelled' };
  what.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = what.limitMs === undefined ? undefined : setTimeout(stop.resolve, what.limitMs, { kind: 'timeout' });
  const taken = shells.take();
  try {
    const shell = await Promise.race([taken, stop.promise]);
    if ('kind' in shell) {
      // Still waiting for a channel: it is given back unused when it comes.
      void taken.then((late) => { late.close(); }, () => undefined); // prettier-ignore
      return shell;
    }
    const stdout: Buffer[] = [];
    shell.start({
      args: what.args,
      text: what.body === undefined ? transport.watch + what.text : what.text,
      body: what.body ?? 'hold',
      onOut: (chunk) => stdout.push(chunk),
      onErr: what.prose.write,
    });
    const broken = shell.broken.catch((error: unknown): Ending => ({
      kind: 'broken',
      error: error instanceof Error ? error : new Error(String(error)),
    }));
    const first = await Promise.race([shell.ended, stop.promise, broken]);
    if ('begun' in first) return read(first, Buffer.concat(stdout), alive());
    const heard = await end(shell, shells);
    return heard || first.kind !== 'timeout'
      ? first
      : { kind: 'lost', why: 'the host gives no answer over it any more' };
  } catch (error) {
    if (!alive()) return { kind: 'lost' };
    return { kind: 'no-shell', said: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    what.signal?.removeEventListener('abort', onAbort);
  }
};
