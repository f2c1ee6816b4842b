import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The parent's process id: the field after the state, behind the name, which may hold spaces and brackets. */
const parentOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
};

const ours = (): ReadonlySet<number> => {
  const pids = new Set<number>();
  for (let pid = process.pid; pid > 0; pid = parentOf(pid)) pids.add(pid);
  return pids;
};

const belongs = (pid: number, dir: string): boolean => {
  try {
    if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return false;
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    if (cwd === dir || cwd.startsWith(`${dir}/`)) return true;
    return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(`${dir}/`));
  } catch {
    return false; // ended meanwhile
  }
};

/**
 * The user's processes that belong to a directory: by working directory, command line or environment.
 * This process and those that it runs under never do. Linux only.
 */
export const processesBelow = (dir: string): readonly number[] => {
  const spared = ours();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !spared.has(pid) && belongs(pid, dir));
};

/** Kills them until none is left: a supervisor may start another one meanwhile. Throws when some are left after 10 s. */
export const endProcessesBelow = async (dir: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    const pids = processesBelow(dir);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // ended meanwhile
      }
    }
    await sleep(50);
  }
  throw new Error(`processes of ${dir} do not end: ${processesBelow(dir).join(' ')}`);
};
