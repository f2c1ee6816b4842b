import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from './link.ts';
import { openShell, type Shell } from './shell.ts';

/** The waiting shells of one connection. */
export type Shells = {
  /** A shell of its own for one job; waits for a free channel. Rejects when the server opens none. */
  readonly take: () => Promise<Shell>;
  /** A shell beside the limit, to end the job of another. */
  readonly extra: () => Promise<Shell>;
};

/** sshd allows 10 sessions a connection (MaxSessions); two are kept free for ending jobs. */
const limit = 8;
/**
 * Opened ahead, so that a step costs one round trip and not three. A new one takes two round trips: four are enough for steps that
 * follow each other at once, two of them side by side.
 */
const spares = 4;
/** How often, and after how many ms, a server is asked again that opens no channel at all. */
const patience = 20;
const pause = 50;

/**
 * Keeps shells waiting on a connection. A channel counts until the server has closed it: that is when its process has ended.
 */
export const shells = (link: Link): Shells => {
  let open = 0;
  let most = limit;
  /** A program of ours has begun here. */
  let runs = false;
  const ready: Promise<Shell>[] = [];
  const queue: (() => void)[] = [];

  const free = () => {
    open -= 1;
    queue.shift()?.();
  };
  /** Opens a shell on a slot that is counted already. */
  const begin = async (): Promise<Shell> => {
    try {
      const shell = await openShell(link);
      void shell.ended.then(free);
      return shell;
    } catch (error) {
      // This server opens fewer channels than most do: live with what there is.
      if (link.alive()) most = Math.max(1, Math.min(most, open - 1));
      free();
      throw error;
    }
  };
  const refill = () => {
    while (link.alive() && ready.length < spares && open < most && queue.length === 0) {
      open += 1;
      const shell = begin();
      ready.push(shell);
      shell.catch(() => {
        const at = ready.indexOf(shell);
        if (at !== -1) void ready.splice(at, 1);
      });
    }
  };
  /**
   * A shell opened now: when the server refuses one, another of ours has to end first. Where none is open, sshd is asked again
   * for a second: it gives a slot back a moment after it has closed the channel.
   */
  const fresh = async (): Promise<Shell> => {
    for (let refused = 0; ;) {
      while (open >= most && link.alive()) await new Promise<void>((resolve) => queue.push(resolve));
      open += 1;
      try {
        return await begin();
      } catch (error) {
        if (refused >= patience || !link.alive()) throw error;
        if (open > 0) continue;
        refused += 1;
        await sleep(pause);
      }
    }
  };
  const waiting = async (): Promise<Shell | undefined> => {
    for (let spare = ready.shift(); spare !== undefined; spare = ready.shift()) {
      const shell = await spare.catch(() => undefined);
      // Some shells do not wait for ever (TMOUT): one opened now tells whether none does.
      if (shell !== undefined && !shell.closed()) return shell;
    }
    return undefined;
  };
  void link.gone.then(() => {
    for (const wake of queue.splice(0)) wake();
  });
  refill();

  return {
    take: async () => {
      const shell = (await waiting()) ?? (await fresh());
      // Only once a program ran: where none does, opening more would never end.
      if (runs) refill();
      void shell.pid.then((pid) => {
        if (pid === undefined) return;
        runs = true;
        refill();
      });
      return shell;
    },
    extra: async () => {
      try {
        return await openShell(link);
      } catch (error) {
        const spare = await waiting();
        if (spare === undefined) throw error;
        return spare;
      }
    },
  };
};
