import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Issued } from './authority.ts';
import { found } from './found.ts';
import { freePort } from './port.ts';

/** Who may log in where a registry asks: bcrypt, which is the one form that it takes. */
const line = 'ship:$2b$04$26gAVFBYIUmeUR8LapR5Bem9TFJfL4YHaa6LkRTS4S1cR98B94hti';

/** The login of {@link startRegistry} with `htpasswd`. */
export const login = { username: 'ship', password: 'correct horse' } as const;

export type RegistryServer = {
  readonly port: number;
  /** As it stands in names of images: `127.0.0.1:PORT`, or `localhost:PORT` where it speaks TLS. */
  readonly registry: string;
  /** Where it keeps everything: `docker/registry/v2/blobs/sha256/ab/abcd…/data`. */
  readonly storage: string;
  readonly log: () => string;
  readonly close: () => Promise<void>;
};

export type RegistryOptions = {
  /** Speaks TLS by this certificate, which must be made for `localhost`. */
  readonly tls?: Issued;
  /** Asks everybody for {@link login}. */
  readonly htpasswd?: boolean;
  /** Asks for tokens of a token server, signed by a certificate of `authority` (PEM). */
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly authority: string;
  };
  /** Of the registry's own configuration, section `proxy` and others: merged at the top. */
  readonly more?: Readonly<Record<string, unknown>>;
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });

/** Starts Debian's `docker-registry` on loopback, with its content in a folder that goes with it. Throws when it does not come up. */
export const startRegistry = async (options: RegistryOptions = {}): Promise<RegistryServer> => {
  const { tls, htpasswd = false, token, more = {} } = options;
  const program = found('docker-registry');
  if (program === undefined) throw new Error('docker-registry is missing: scripts/tools installs it');
  const dir = mkdtempSync(join(tmpdir(), 'landfall-registry-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const storage = join(dir, 'storage');
  const auth =
    token !== undefined
      ? { token: { realm: token.realm, service: token.service, issuer: token.issuer, rootcertbundle: file('authority.pem', token.authority) } } // prettier-ignore
      : htpasswd
        ? { htpasswd: { realm: 'tests', path: file('htpasswd', `${line}\n`) } }
        : undefined;
  let log = '';
  // another process may take the port between the choice and the start
  for (let tries = 0; ; tries += 1) {
    const port = await freePort();
    const config = {
      version: 0.1,
      log: { level: 'warn', accesslog: { disabled: false } },
      storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
      http: {
        addr: `127.0.0.1:${port}`,
        secret: 'one for all uploads',
        ...(tls === undefined
          ? {}
          : { tls: { certificate: file('tls.pem', tls.cert), key: file('tls.key', tls.key) } }),
      },
      ...(auth === undefined ? {} : { auth }),
      ...more,
    };
    // JSON is YAML
    const child = spawn(program, ['serve', file('config.yml', JSON.stringify(config))], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => { resolve(); })); // prettier-ignore
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(3000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
    };
    let up = false;
    for (let waits = 0; waits < 2400 && child.exitCode === null && !up; waits += 1) {
      up = await listens(port);
      if (!up) await sleep(50);
    }
    // whoever listens there may be another process, while this one has died of it
    if (up) await sleep(50);
    if (up && child.exitCode === null)
      return {
        port,
        registry: `${tls === undefined ? '127.0.0.1' : 'localhost'}:${port}`,
        storage,
        log: () => log,
        close: async () => {
          await stop();
          rmSync(dir, { recursive: true, force: true });
        },
      };
    await stop();
    if (tries < 3 && log.includes('address already in use')) continue;
    rmSync(dir, { recursive: true, force: true });
    throw new Error(`docker-registry did not come up:\n${log}`);
  }
};
