import { spawn } from 'node:child_process';
import { createWriteStream, statSync, writeFileSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from './environment.ts';
import { endGroup, watchGroup } from './group.ts';
import { tail } from './tail.ts';

/** ms without a word after which an output counts as ended when its command has: what left the group may hold it open for ever. */
const silence = 500;
/** And if it is never silent: ms. */
const lingering = 10_000;
/** Bytes that a command may say; then it is ended, before it fills the disk. */
const most = 1024 ** 3;

/** What is to be run: bash, mostly one line. */
export type Line = {
  readonly line: string;
  /** Absolute. */
  readonly directory: string;
  /** Beside the step's own. */
  readonly env: Readonly<Record<string, string>>;
  /** ms. */
  readonly timeout: number;
  /** The file that its output is written to, for the owner only. */
  readonly spool: string;
  /** Its output as it comes. */
  readonly hear?: (chunk: Buffer) => void;
};

/** How it ended. */
export type Ended = {
  /** Exit code, or the signal's name. */
  readonly exit: number | string;
  /** Why it was ended from outside. */
  readonly cut?: 'timed-out' | 'cancelled' | 'flooded';
  /** The last lines that it said. */
  readonly tail: readonly string[];
};

/** A command whose shell has ended. What it has started may still run, until `close`, which says how it ended once all of its output is kept, or is not. */
export type Closing = Ended & { readonly close: () => Promise<Ended> };

/**
 * Runs bash as a step's `run:` does (`-e -o pipefail`: the first of several lines that fails ends it), in a process group of its own, and resolves when the shell has
 * ended. When the time is over, or the signal fires, the whole group is ended: TERM, 2 s later KILL. Nothing is thrown.
 */
export const runLine = async (given: Line, signal: AbortSignal): Promise<Closing> => {
  const { line, directory, env, timeout, spool, hear } = given;
  const not = (ended: Ended): Closing => {
    writeFileSync(spool, ended.tail.join('\n'), { mode: 0o600 });
    return { ...ended, close: () => Promise.resolve(ended) };
  };
  if (signal.aborted) return not({ exit: 'SIGTERM', cut: 'cancelled', tail: [] });
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    return not({ exit: 127, tail: [`there is no directory ${directory}`] });
  const file = createWriteStream(spool, { mode: 0o600 });
  const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', line], {
    cwd: directory,
    env: environmentOf(process.env, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) watchGroup(pid);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= pid === undefined ? Promise.resolve() : endGroup(pid));
  let cut: Ended['cut'];
  let why: string | undefined;
  const stop = (by: Ended['cut'], reason?: string): void => {
    cut ??= by;
    why ??= reason;
    void end();
  };
  const said = tail();
  const output = follow([child.stdout, child.stderr], file, {
    hear: (chunk) => {
      said.push(chunk);
      hear?.(chunk);
    },
    stop: (reason) => {
      stop('flooded', `it was ended: ${reason}`);
    },
  });
  const cancel = (): void => {
    stop('cancelled');
  };
  const timer = setTimeout(() => {
    stop('timed-out');
  }, timeout);
  signal.addEventListener('abort', cancel, { once: true });
  const closed = new Promise<void>((resolve) => child.once('close', resolve));
  const exit = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      said.push(Buffer.from(`bash cannot be started: ${error.message}\n`));
      resolve(127);
    });
    child.once('exit', (code, by) => {
      resolve(code ?? by ?? 'SIGKILL');
    });
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', cancel);
  if (cut !== undefined) await end();
  await output.silent(closed);
  const ended = (): Ended => ({
    exit,
    ...(cut === undefined ? {} : { cut }),
    tail: why === undefined ? said.lines() : [...said.lines(), why],
  });
  return {
    ...ended(),
    close: async () => {
      await end();
      await output.silent(closed);
      child.stdout.destroy();
      child.stderr.destroy();
      if (!file.closed) await once(file.end(), 'close').catch(() => undefined);
      return ended();
    },
  };
};

type Ears = { readonly hear: (chunk: Buffer) => void; readonly stop: (reason: string) => void };

/** Writes what streams say to a file, as fast as the disk takes it, up to a bound. */
const follow = (streams: readonly NodeJS.ReadableStream[], file: WriteStream, { hear, stop }: Ears) => {
  let bytes = 0;
  let heard = performance.now();
  let broken = false;
  let waiting = false;
  file.on('error', (error) => {
    broken = true;
    stop(`its output could not be kept (${error.message})`);
  });
  file.on('drain', () => {
    waiting = false;
    for (const stream of streams) stream.resume();
  });
  for (const stream of streams)
    stream.on('data', (chunk: Buffer) => {
      heard = performance.now();
      bytes += chunk.length;
      if (bytes > most) stop(`it said more than ${most / 1024 ** 3} GiB`);
      if (bytes > most || broken) return;
      hear(chunk);
      if (file.write(chunk)) return;
      // a slow disk holds the command up, as a slow reader of its pipe does
      waiting = true;
      for (const each of streams) each.pause();
    });
  return {
    /** Resolves when all was heard: the streams have ended, or nothing was said for a while. */
    silent: async (closed: Promise<void>): Promise<void> => {
      heard = performance.now();
      const until = heard + lingering;
      while (performance.now() < until && ((waiting && !broken) || performance.now() - heard < silence)) {
        const over = await Promise.race([closed.then(() => true), sleep(20, false)]);
        if (over) return;
      }
    },
  };
};
