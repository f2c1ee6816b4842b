import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ServerChannel, Session } from 'ssh2';
import type { Hooks } from './embedded-sshd.ts';

/** A command that the embedded server runs. */
export type Command = {
  readonly command: string;
  /** Process group and session. */
  readonly pid: number;
  /** Which connection of the server, from 1. */
  readonly connection: number;
  /** Signals the process group. */
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its pipes are closed: what sshd does when the connection is gone. */
  readonly hangUp: () => void;
};

export type Place = {
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly shell: string;
  readonly hooks: Hooks;
  readonly connection: number;
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
/** Private to ssh2: writes that wait for the window. */
type Waiting = { _chunk: unknown; _chunkcb: unknown; _chunkErr: unknown; _chunkcbErr: unknown };

/**
 * Passes both outputs on, one write at a time. ssh2's server (1.17.0) wakes only one of two streams that wait for window, and sends
 * a chunk again that it forgot to clear after it was written.
 */
const passOn = (child: Child, channel: ServerChannel): Promise<unknown> => {
  let gone = false;
  channel.once('close', () => {
    gone = true;
  });
  let turn: Promise<void> = Promise.resolve();
  const write = (target: Writable, chunk: Buffer) =>
    new Promise<void>((resolve) => {
      if (gone) {
        resolve();
        return;
      }
      channel.once('close', resolve);
      target.write(chunk, () => {
        Object.assign(channel as unknown as Waiting, {
          _chunk: undefined,
          _chunkcb: undefined,
          _chunkErr: undefined,
          _chunkcbErr: undefined,
        });
        channel.off('close', resolve);
        resolve();
      });
    });
  const pump = async (source: Readable, target: Writable) => {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        turn = turn.then(() => write(target, chunk));
        await turn;
        if (gone) return;
      }
    } catch {
      // Destroyed: the connection is gone.
    }
  };
  channel.setMaxListeners(0);
  return Promise.all([pump(child.stdout, channel), pump(child.stderr, channel.stderr)]);
};

const feed = async (channel: ServerChannel, child: Child, command: Command, hooks: Hooks): Promise<void> => {
  child.stdin.on('error', () => channel.resume()); // It closed its stdin: swallow the rest.
  try {
    for await (const chunk of channel as AsyncIterable<Buffer>) {
      if ((await hooks.onInput?.(command, chunk)) === 'lost') break;
      if (child.stdin.writable && !child.stdin.write(chunk))
        await new Promise<void>((resolve) => {
          for (const event of ['drain', 'close', 'error']) child.stdin.once(event, () => { resolve(); }); // prettier-ignore
        });
    }
  } catch {
    // The channel is gone.
  }
  if (child.stdin.writable) child.stdin.end();
};

const start = async (
  channel: ServerChannel,
  line: string,
  vars: Record<string, string>,
  place: Place,
  report: Report,
): Promise<void> => {
  const state: { child?: Child } = {};
  const command: Command = {
    command: line,
    get pid() {
      return state.child?.pid ?? 0;
    },
    connection: place.connection,
    kill: (signal) => {
      try {
        if (state.child?.pid !== undefined) process.kill(-state.child.pid, signal);
      } catch {
        // Ended already.
      }
    },
    hangUp: () => {
      state.child?.stdin.destroy();
      state.child?.stdout.destroy();
      state.child?.stderr.destroy();
    },
  };
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  channel.on('close', command.hangUp);
  await place.hooks.onExec?.(command);
  const child = spawn(place.shell, ['-c', line], {
    cwd: place.home,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...vars, ...place.env },
  });
  state.child = child;
  report(command, 'started');
  const passed = passOn(child, channel);
  void feed(channel, child, command, place.hooks);
  child.on('error', (error) => {
    channel.stderr.write(`${error.message}\n`);
  });
  child.on('close', (code, signal) => {
    void (async () => {
      await passed;
      report(command, 'ended');
      await place.hooks.onExit?.(command, code);
      if (signal === null) channel.exit(code ?? 127);
      else channel.exit(signal.slice(3), false, '');
      // Never close(): it would drop what still waits for window.
      channel.stderr.end(() => channel.end());
    })().catch(() => undefined);
  });
};

type Report = (command: Command, state: 'started' | 'ended') => void;

/** Serves one session: an exec request becomes a command. `unused` is called when the session ends without one. */
export const runCommand = (session: Session, place: Place, report: Report, unused: () => void): void => {
  const vars: Record<string, string> = {};
  let used = false;
  let current: Command | undefined;
  session.on('env', (accept: (() => void) | undefined, reject: (() => void) | undefined, info) => {
    if (!/^(LANG|LC_\w+)$/.test(info.key)) {
      reject?.();
      return;
    }
    vars[info.key] = info.val;
    accept?.();
  });
  const refuse = (_accept: unknown, reject: (() => void) | undefined) => reject?.();
  session.on('pty', refuse);
  session.on('shell', refuse);
  session.on('sftp', refuse);
  session.on('signal', (accept: (() => void) | undefined, _reject, info) => {
    current?.kill(`SIG${info.name}` as NodeJS.Signals);
    accept?.();
  });
  session.on('exec', (accept, _reject, info) => {
    used = true;
    const channel = accept();
    void start(channel, info.command, vars, place, (command, state) => {
      current = state === 'started' ? command : undefined;
      report(command, state);
    }).catch(() => undefined); // prettier-ignore
  });
  session.on('close', () => {
    if (!used) unused();
  });
};
