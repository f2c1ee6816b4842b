import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession, type HostOptions, type Session } from '#host';
import { must } from '#fault';
import type { Result } from '#fault';
import type { Program } from '#remote';
import { startEmbeddedSshd, type Sshd, type SshdOptions } from '../lab/embedded-sshd.ts';
import { generateKey } from '../lab/keys.ts';
import { found } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';

export const key = generateKey('deploy');

/** What both servers have in common. */
export type Server = Pick<Sshd, 'address' | 'port' | 'user' | 'hostKey' | 'close'>;

/** The servers of the contract, by name: the second is left out, visibly, where sshd is missing. */
export const servers = [
  { name: 'the embedded server', needs: [] as string[], start: (): Promise<Server> => embedded() },
  { name: 'sshd', needs: ['sshd'], start: (): Promise<Server> => startRealSshd(found('sshd') ?? '', [key.publicKey]) },
];

export const embedded = (options: Partial<SshdOptions> = {}): Promise<Sshd> =>
  startEmbeddedSshd({ authorizedKeys: [key.publicKey], ...options });

export const base = mkdtempSync(join(tmpdir(), "landfall base's "));
export const removeBase = () => {
  rmSync(base, { recursive: true, force: true });
};

export const optionsFor = (server: Server, more: Partial<HostOptions> = {}): HostOptions => ({
  name: `${server.user}@${server.address}:${server.port}`,
  user: server.user,
  address: server.address,
  port: server.port,
  pins: server.hostKey,
  key: { privateKey: key.privateKey },
  base,
  driver: randomBytes(6).toString('hex'),
  ...more,
});

export const session = async (server: Server, more: Partial<HostOptions> = {}): Promise<Session> =>
  must(await openSession(optionsFor(server, more)));

type Args = readonly string[];

/** A program of a test: its arguments are its input, its output is text. */
export const sh = (body: string, more: Partial<Program<Args, string>> = {}): Program<Args, string> => ({
  text: `set -eu\nmain() {\n${body}\n}\nmain "$@"\n`,
  interrupt: 'kill',
  limitMs: 240_000,
  args: (input) => input,
  out: (stdout) => stdout.toString('utf8'),
  fault: 'PROGRAM_FAILED',
  next: 'look',
  ...more,
});

/**
 * What a program came to, of the first time that the host could be asked to end it: a machine that is too busy to answer in 5 s is told as
 * one that is lost.
 */
export const unlessLost = async <T>(run: () => Promise<Result<T>>): Promise<Result<T>> => {
  for (let tries = 1; ; tries++) {
    const result = await run();
    if (result.ok || result.fault.code !== 'SSH_LOST' || tries === 5) return result;
  }
};

/** Waits until something holds. */
export const until = async (holds: () => boolean, ms = 120_000): Promise<void> => {
  for (const end = Date.now() + ms; !holds();) {
    if (Date.now() > end) throw new Error('it did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Is a process alive? A zombie is not. */
export const isAlive = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
