import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository, type Repository } from '../../apps/spine/repository.ts';
import { startEmbeddedSshd, type Sshd } from '../../lab/embedded-sshd.ts';
import { generateKey, type KeyPair } from '../../lab/keys.ts';

/** A host to be refused at, and the checkout of a job that wants to go there. */
export type BadInputHost = {
  readonly dir: string;
  readonly home: string;
  readonly path: string;
  readonly key: KeyPair;
  readonly sshd: Sshd;
  /** Another one, whose login shell runs nothing. */
  readonly shellless: Sshd;
  /** A port that answers, but not in SSH; and one where nobody answers. */
  readonly web: number;
  readonly closed: number;
  readonly repository: Repository;
  /** Everything that lies in the home directory: names, kinds, modes, content. */
  readonly fingerprint: () => string;
  /** Connections to both SSH servers so far. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

const described = (path: string): string => {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isDirectory()) return `${stat.mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  return [String(stat.mode), ...readdirSync(path).sort().map((name) => `${name}: ${described(join(path, name))}`)].join('\n'); // prettier-ignore
};

export const badInputHost = async (): Promise<BadInputHost> => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-bad-'));
  const home = join(dir, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'notes.txt'), 'as it was\n');
  const key = generateKey('deploy');
  const nologin = join(dir, 'nologin');
  writeFileSync(nologin, '#!/bin/sh\necho "This account is currently not available."\nexit 1\n', { mode: 0o755 });
  const authorizedKeys = [key.publicKey];
  const sshd = await startEmbeddedSshd({ authorizedKeys, home });
  const shellless = await startEmbeddedSshd({ authorizedKeys, home, shell: nologin });
  const server = createServer((_, answer) => answer.end('hello\n'));
  const listening = (port = 0) =>
    new Promise<number>((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        resolve((server.address() as AddressInfo).port);
      });
    });
  const web = await listening();
  return {
    dir,
    home,
    path: join(home, 'notes'),
    key,
    sshd,
    shellless,
    web,
    // tcpmux: nobody has it
    closed: 1,
    repository: makeRepository(join(dir, 'checkout')),
    fingerprint: () => described(home),
    connections: () => sshd.connections() + shellless.connections(),
    close: async () => {
      await Promise.all([sshd.close(), shellless.close()]);
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
