import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareKey, generateKey } from './keys.ts';
import { freePort } from './port.ts';

export type RealSshd = {
  readonly address: '127.0.0.1';
  readonly port: number;
  /** An sshd that is not root's logs in its own user only. */
  readonly user: string;
  readonly hostKey: string;
  /** What it has logged. */
  readonly log: () => string;
  readonly close: () => Promise<void>;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });

/**
 * Starts the machine's own sshd on loopback, as the current user, with a configuration of its own.
 * @param lines further lines of sshd_config; the first of a keyword counts.
 */
export const startRealSshd = async (
  sshd: string,
  authorizedKeys: readonly string[],
  lines: readonly string[] = [],
): Promise<RealSshd> => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-sshd-'));
  // Not the user's own home: its login files are none of the tests' business.
  const home = join(dir, 'home');
  mkdirSync(home);
  const key = generateKey('host');
  const port = await freePort();
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const config = file('sshd_config', [
    ...lines,
    `SetEnv HOME=${home}`,
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${file('host_key', key.privateKey)}`,
    `AuthorizedKeysFile ${file('authorized_keys', authorizedKeys.map((line) => `${line}\n`).join(''))}`,
    'AuthenticationMethods publickey',
    'PermitRootLogin prohibit-password',
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    '',
  ].join('\n')); // prettier-ignore
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(sshd, ['-f', config, '-D', '-e'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => { resolve(); })); // prettier-ignore
  const close = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, sleep(3000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 1200 || child.exitCode !== null) {
      await close();
      throw new Error(`sshd did not come up:\n${log}`);
    }
    await sleep(50);
  }
  return {
    address: '127.0.0.1',
    port,
    user: userInfo().username,
    hostKey: bareKey(key.publicKey),
    log: () => log,
    close,
  };
};
