import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParsedKey } from 'ssh2';
import { fail, faultOf, ok, type Result } from '#fault';
import type { Program } from '#remote';
import type { HostOptions } from './address.ts';
import { askAgent } from './agent.ts';
import { attempt, type Attempt, type Ending } from './attempt.ts';
import { endingOf, following } from './detach.ts';
import { words } from './frame.ts';
import { lines, type Lines } from './lines.ts';
import type { Link } from './link.ts';
import { outcome } from './outcome.ts';
import type { Host, How } from './port.ts';
import { readPrivateKey } from './private-key.ts';
import { reach, type Inside } from './reach.ts';
import { relay } from './relay.ts';
import { route } from './route.ts';
import { serve } from './serve.ts';
import { shells, type Shells } from './shells.ts';

/** A host that runs programs, known to the table or not. */
export type Session = {
  readonly run: <In, Out>(name: string, program: Program<In, Out>, input: In, how?: How) => Promise<Result<Out>>;
  /** A connection from the host to something inside it. Faults: `SSH_FORWARD`, and those of connecting. */
  readonly reach: (to: Inside, signal?: AbortSignal) => Promise<Result<Duplex>>;
  /** As {@link Host.serve}. Faults: `SSH_FORWARD`, and those of connecting. */
  readonly serve: Host['serve'];
  readonly close: () => Promise<void>;
};

type Connected = { readonly link: Link; readonly shells: Shells };

const longestPause = 15_000;
/** ms beyond a detached program's limit in which a lost host may come back. */
const patience = 60_000;

const named = <T>(result: Result<T>, host: string): Result<T> =>
  result.ok ? result : { ok: false, fault: { ...result.fault, host } };

const loadKey = async (at: HostOptions): Promise<Result<ParsedKey | undefined>> => {
  if (at.key === undefined) {
    if (at.agent !== undefined && at.agent !== '') return named(await askAgent(at.agent), at.name);
    return fail({
      code: 'SSH_KEY_UNREADABLE',
      host: at.name,
      what: 'there is no private key and no SSH agent',
      next: 'Give the key in `ssh-key`, or start an agent and let SSH_AUTH_SOCK name its socket.',
    });
  }
  const { default: ssh2 } = await import('ssh2');
  const parsed = readPrivateKey(at.key.privateKey, at.key.passphrase, ssh2.utils.parseKey);
  return named(parsed, at.name);
};

const orCancelled = async <T>(promise: Promise<Result<T>>, host: string, signal?: AbortSignal): Promise<Result<T>> => {
  if (signal === undefined) return promise;
  const cancelled = Promise.withResolvers<Result<T>>();
  const onAbort = () => {
    cancelled.resolve(fail({ code: 'CANCELLED', host, what: 'cancelled while connecting', next: 'Run it again.' }));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, cancelled.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

/** Connects to a host. Connects again by itself when a program is run after the connection was lost. Faults: those of connecting. */
export const openSession = async (at: HostOptions): Promise<Result<Session>> => {
  const key = await loadKey(at);
  if (!key.ok) return key;
  const steps = `${at.base}/.landfall/steps/${at.driver}`;
  const closing = new AbortController();
  let count = 0;
  let current: Connected | undefined;
  let dialing: Promise<Result<Connected>> | undefined;

  const dial = async (signal?: AbortSignal): Promise<Result<Connected>> => {
    const link = await route(at, { ...at, key: key.value, signal });
    if (!link.ok) return link;
    current = { link: link.value, shells: shells(link.value) };
    return ok(current);
  };
  const connected = async (signal?: AbortSignal): Promise<Result<Connected>> => {
    if (closing.signal.aborted)
      return fail({
        code: 'SSH_LOST',
        host: at.name,
        what: 'the connection is closed',
        next: 'Please report this with the log of the run.',
      });
    if (current?.link.alive() === true) return ok(current);
    // Whoever comes first dials for all; its own signal must not cut the others short.
    dialing ??= dial(closing.signal).finally(() => {
      dialing = undefined;
    });
    return orCancelled(dialing, at.name, signal);
  };

  /** One attempt. A connection that is lost without knowing it is given up: the next program gets another. */
  const tried = async ({ link, shells: free }: Connected, what: Attempt): Promise<Ending> => {
    const ending = await attempt(free, link.alive, what);
    if (ending.kind === 'lost') await link.end();
    return ending;
  };

  const finish = async <In, Out>(
    name: string,
    program: Program<In, Out>,
    args: readonly string[],
    how: How,
    prose: Lines,
  ): Promise<Result<Ending>> => {
    count += 1;
    // Random beside the count: another process may act with the same driver.
    const step = `${name}-${count}-${randomBytes(3).toString('hex')}`;
    const until = Date.now() + program.limitMs + patience;
    let lost: Ending = { kind: 'lost' };
    for (let pause = 250; ; pause = Math.min(2 * pause, longestPause)) {
      const now = await connected(how.signal);
      if (now.ok) {
        const what = following({ steps, step, args, text: program.text, limitMs: program.limitMs }, prose);
        const ending = endingOf(await tried(now.value, { ...what, ...(how.signal ? { signal: how.signal } : {}) }));
        if (ending.kind !== 'lost') return ok(ending);
        lost = ending;
      } else if (now.fault.code !== 'SSH_UNREACHABLE') return now;
      if (closing.signal.aborted || Date.now() > until) return ok(lost);
      try {
        await sleep(pause, undefined, how.signal ? { signal: how.signal } : {});
      } catch {
        return ok({ kind: 'cancelled' });
      }
    }
  };

  const once = async <In, Out>(
    program: Program<In, Out>,
    args: readonly string[],
    how: How,
    prose: Lines,
  ): Promise<Result<Ending>> => {
    const now = await connected(how.signal);
    if (!now.ok) return now;
    return ok(
      await tried(now.value, {
        args,
        text: program.text,
        limitMs: program.limitMs,
        prose,
        ...(how.body === undefined ? {} : { body: how.body }),
        ...(how.signal === undefined ? {} : { signal: how.signal }),
      }),
    );
  };

  const first = await dial(at.signal);
  if (!first.ok) return first;
  return ok({
    run: async (name, listed, input, how = {}) => {
      const limitMs = listed.limitOf?.(input) ?? listed.limitMs;
      const program = { ...listed, limitMs };
      const prose = lines(how.onLine);
      try {
        const args = program.args(input);
        words(args); // What no argument can hold is a fault before anything is sent.
        const ending =
          program.interrupt === 'finish'
            ? await finish(name, program, args, how, prose)
            : await once(program, args, how, prose);
        prose.end();
        if (!ending.ok) return { ok: false, fault: { ...ending.fault, step: name } };
        return outcome({ host: at.name, name, why: current?.link.why() ?? '' }, program, ending.value, prose.last());
      } catch (error) {
        return { ok: false, fault: { ...faultOf(error), host: at.name, step: name } };
      }
    },
    reach: async (to, signal) => {
      const now = await connected(signal);
      if (!now.ok) return now;
      const { link, shells: free } = now.value;
      return reach(at.name, { forward: link.forward, relay: (place) => relay(free, place) }, to);
    },
    serve: async (handler, signal) => {
      const now = await connected(signal);
      return now.ok ? serve(at.name, now.value.link, handler) : now;
    },
    close: async () => {
      closing.abort();
      await dialing;
      await current?.link.end();
    },
  });
};
