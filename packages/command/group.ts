import { setTimeout as sleep } from 'node:timers/promises';

/** How long a command's processes may take to end when they are asked to, and to be gone when they are killed: ms. A cancelled step has 5 s for all. */
const steps = [
  ['SIGTERM', 2000],
  ['SIGKILL', 500],
] as const;

/** Groups that may still run: nothing of this step may outlive it, however it ends. */
const alive = new Set<number>();
process.on('exit', () => {
  for (const group of alive) strike(group, 'SIGKILL');
});

/** Keeps in mind that this process leads a group. */
export const watchGroup = (leader: number): void => {
  alive.add(leader);
};

/** Ends all processes of a group: TERM, 2 s later KILL. Resolves when none is left, or nothing more can be done. */
export const endGroup = async (leader: number): Promise<void> => {
  for (const [signal, patience] of steps) {
    const until = performance.now() + patience;
    let left = strike(leader, signal);
    while (left && performance.now() < until) {
      await sleep(20);
      left = strike(leader, 0);
    }
    if (!left) break;
  }
  alive.delete(leader);
};

/** Is there a process in the group that the signal could be sent to? */
const strike = (leader: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
};
