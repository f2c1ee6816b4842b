import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running ssh-agent. */
export type Agent = {
  /** What SSH_AUTH_SOCK would name. */
  readonly socket: string;
  /** Takes a private key in. */
  readonly add: (privateKey: string) => void;
  readonly close: () => Promise<void>;
};

/** Starts the machine's ssh-agent, empty. Needs `ssh-agent` and `ssh-add`. */
export const startAgent = async (): Promise<Agent> => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-agent-'));
  const socket = join(dir, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => agent.once('close', () => { resolve(); })); // prettier-ignore
  for (let tries = 0; !existsSync(socket); tries += 1) {
    if (tries > 2400) throw new Error('ssh-agent did not come up');
    await sleep(25);
  }
  return {
    socket,
    add: (privateKey) => {
      const file = join(dir, 'key');
      writeFileSync(file, privateKey, { mode: 0o600 });
      execFileSync('ssh-add', [file], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
      rmSync(file);
    },
    close: async () => {
      agent.kill();
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
};
