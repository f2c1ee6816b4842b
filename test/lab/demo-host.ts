import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Hooks, type Sshd, startEmbeddedSshd } from './embedded-sshd.ts';
import { generateKey } from './keys.ts';
import { found } from './found.ts';
import { memory } from './memory.ts';
import { freePort } from './port.ts';
import { endProcessesBelow } from './processes.ts';

/** An ordinary user's part of a machine, as a host to deploy to: all of it below one temporary directory. */
export type DemoHost = {
  readonly dir: string;
  /** The user's home directory, where SSH commands begin. */
  readonly home: string;
  /** Where the application is to be deployed. */
  readonly path: string;
  /** A free port on loopback for the application. */
  readonly port: number;
  /** The environment that commands on the host get: PATH with supervisor on it, and what pip needs to reach its index. */
  readonly env: Readonly<Record<string, string>>;
  /** Its SSH server, which lives in this process. */
  readonly sshd: Sshd;
  /** `user@address:port`, as `hosts.ssh` takes it. */
  readonly ssh: string;
  /** The user's private key. */
  readonly key: string;
  /** Ends every process that belongs to the host, and removes the directory. */
  readonly cleanup: () => Promise<void>;
};

const supervisor = 'supervisor==4.3.0';

/** How the machine reaches a package index is the machine's affair: passed on, whatever it is. */
const indexVariables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && /^(PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(https?|no)_proxy)$/i.test(name)
        ? [[name, value]]
        : [],
    ),
  );

/**
 * Makes the host: home, PATH, supervisor from PyPI in an environment of its own (1 s; 5 s where the machine has no pip), and an SSH server that calls `hooks`.
 * Linux, as any user.
 */
export const prepareDemoHost = async (hooks: Hooks = {}): Promise<DemoHost> => {
  const python = found('python3');
  if (process.platform !== 'linux' || python === undefined)
    throw new Error('a host for the demo needs Linux and python3');
  const dir = realpathSync(mkdtempSync(join(memory(), 'landfall-host-')));
  let sshd: Sshd | undefined;
  const cleanup = async () => {
    await sshd?.close();
    await endProcessesBelow(dir);
    rmSync(dir, { recursive: true, force: true });
  };
  const home = join(dir, 'home');
  const bin = join(dir, 'bin');
  // The system's folders first of all, so that a Python of the person who runs this (pyenv, say) is not the host's by chance.
  const system = ['/usr/local/bin', '/usr/bin', '/bin'];
  const path = [
    bin,
    ...system,
    ...(system.some((folder) => found(join(folder, 'python3'))) ? [] : [dirname(python)]),
  ].join(':');
  const env = {
    HOME: home,
    LANG: 'C.UTF-8',
    PATH: path,
    SHELL: '/bin/sh',
    // what programs leave there is the host's, too: it is searched for secrets, and deleted with it
    TMPDIR: join(dir, 'tmp'),
    USER: userInfo().username,
    ...indexVariables(),
  };
  try {
    for (const folder of [home, bin, env.TMPDIR]) mkdirSync(folder);
    const run = promisify(execFile);
    const own = join(dir, 'supervisor');
    // An environment without a pip of its own is made 3 s sooner; the machine's pip can fill it, where it has one.
    const pip = ['-m', 'pip', '--python', join(own, 'bin/python'), 'install', '--quiet', '--no-compile', supervisor];
    const without = await run('python3', ['-m', 'venv', '--without-pip', own], { env })
      .then(() => run('python3', pip, { env, cwd: home }))
      .catch(() => undefined);
    if (without === undefined) {
      await run('python3', ['-m', 'venv', '--clear', own], { env });
      await run(join(own, 'bin/python'), pip, { env, cwd: home });
    }
    // Only supervisor's programs: with its whole bin on PATH, its Python would be the application's.
    for (const name of ['supervisord', 'supervisorctl']) symlinkSync(`../supervisor/bin/${name}`, join(bin, name));
    const { privateKey: key, publicKey } = generateKey('deploy');
    sshd = await startEmbeddedSshd({ ...hooks, authorizedKeys: [publicKey], env, home });
    const ssh = `${sshd.user}@${sshd.address}:${sshd.port}`;
    return { dir, home, path: join(home, 'notes'), port: await freePort(), env, sshd, ssh, key, cleanup };
  } catch (thrown) {
    await cleanup();
    throw thrown;
  }
};
