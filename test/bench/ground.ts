/** One host, one application, and two ways to deploy it: what the benchmark runs on. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRepository, type Repository } from '../apps/spine/repository.ts';
import { prepareDemoHost, type DemoHost } from '../lab/demo-host.ts';
import { freePort } from '../lab/port.ts';
import { found } from '../lab/found.ts';
import { generateKey } from '../lab/keys.ts';
import { startRealSshd, type RealSshd } from '../lab/real-sshd.ts';

export type Ground = {
  readonly host: DemoHost;
  readonly sshd: RealSshd;
  readonly repository: Repository;
  /** The private key: its text, and the file that holds it. */
  readonly key: string;
  readonly keyFile: string;
  /** Pushes to where Capistrano fetches from. */
  readonly push: () => void;
  readonly envFile: (port: number) => string;
  readonly landfall: { readonly url: string; readonly port: number };
  readonly capistrano: {
    readonly url: string;
    readonly folder: string;
    readonly deployTo: string;
    readonly repository: string;
  };
  /** How long the application itself takes from its start to its first answer: ms. */
  readonly boot: () => Promise<number>;
  readonly end: () => Promise<void>;
};

const landfallYml = (host: DemoHost, sshd: RealSshd): string => `hosts:
  ssh: ${sshd.user}@127.0.0.1:${sshd.port}
  key: ${sshd.hostKey}
path: ${host.path}
url: http://127.0.0.1:${host.port}
services:
  web: { command: gunicorn --config gunicorn.conf.py spine.wsgi, listen: "127.0.0.1:${host.port}", drain: 5s, boot: 60s }
smoke:
  - { get: /health/, json: { status: ok }, within: 10s, every: 50ms }
`;

/** As Landfall's own supervisord is told, so that a restart is the same. */
const supervisord = (shared: string, deployTo: string): string => `[unix_http_server]
file=${shared}/supervisor.sock
[supervisord]
logfile=${shared}/supervisord.log
pidfile=${shared}/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${shared}/supervisor.sock
[program:web]
command=/bin/sh ${shared}/start
directory=${deployTo}
autostart=false
autorestart=true
startsecs=1
stopwaitsecs=5
stopasgroup=false
killasgroup=true
`;

const start = (deployTo: string): string => `cd -P ${deployTo}/current
set -a
. ./.env
LANDFALL_RELEASE=$(basename "$PWD")
exec .venv/bin/gunicorn --config gunicorn.conf.py spine.wsgi
`;

/** Capistrano's part of the host: what its own guide has a person make before the first deploy. */
const prepareCapistrano = async (
  host: DemoHost,
  repository: Repository,
  env: string,
): Promise<Omit<Ground['capistrano'], 'url'>> => {
  const deployTo = join(host.home, 'cap');
  const shared = join(deployTo, 'shared');
  mkdirSync(join(shared, 'media'), { recursive: true });
  writeFileSync(join(shared, '.env'), env);
  writeFileSync(join(shared, 'supervisord.conf'), supervisord(shared, deployTo));
  writeFileSync(join(shared, 'start'), start(deployTo));
  const venv = join(shared, '.venv');
  const run = (file: string, words: readonly string[], cwd = host.home): void => {
    execFileSync(file, words, { cwd, env: { ...host.env, SECRET_KEY: 'for-the-benchmark' }, stdio: 'pipe' });
  };
  run('python3', ['-m', 'venv', venv]);
  run(join(venv, 'bin/pip'), ['install', '--quiet', '--requirement', join(repository.dir, 'requirements.txt')]);
  cpSync(join(repository.dir, 'requirements.txt'), join(venv, 'installed'));
  const seed = join(host.dir, 'seed');
  cpSync(repository.dir, seed, { recursive: true });
  run(join(venv, 'bin/python'), ['manage.py', 'migrate', '--noinput'], seed);
  cpSync(join(seed, 'db.sqlite3'), join(shared, 'db.sqlite3'));
  run('supervisord', ['-c', join(shared, 'supervisord.conf')]);
  const folder = join(host.dir, 'capistrano');
  cpSync(join(import.meta.dirname, 'capistrano'), folder, { recursive: true });
  const bare = join(host.dir, 'origin.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  await sleep(500);
  return { folder, deployTo, repository: bare };
};

export const prepareGround = async (): Promise<Ground> => {
  const host = await prepareDemoHost();
  const { privateKey: key, publicKey } = generateKey('bench');
  const login = ['HOME', 'PATH'].map((name) => `${name}=${host.env[name] ?? ''}`).join(' ');
  const sshd = await startRealSshd(found('sshd') ?? '/usr/sbin/sshd', [publicKey], [`SetEnv ${login}`]);
  const end = async (): Promise<void> => {
    await sshd.close();
    await host.cleanup();
  };
  try {
    const keyFile = join(host.dir, 'id');
    writeFileSync(keyFile, key, { mode: 0o600 });
    const repository = makeRepository(join(host.dir, 'checkout'), {
      change: { 'landfall.yml': landfallYml(host, sshd) },
    });
    const envFile = (port: number): string => `SECRET_KEY=for-the-benchmark\nALLOWED_HOSTS=127.0.0.1\nPORT=${port}\n`;
    const port = await freePort();
    const cap = await prepareCapistrano(host, repository, envFile(port));
    const git = (...words: string[]): void => {
      execFileSync('git', ['-C', repository.dir, ...words], { stdio: 'pipe' });
    };
    git('remote', 'add', 'origin', cap.repository);
    return {
      host,
      sshd,
      repository,
      key,
      keyFile,
      envFile,
      push: () => {
        git('push', '--quiet', '--force', 'origin', 'HEAD:main');
      },
      landfall: { url: `http://127.0.0.1:${host.port}`, port: host.port },
      capistrano: { url: `http://127.0.0.1:${port}`, ...cap },
      boot: async () => {
        const own = await freePort();
        const began = performance.now();
        const words = ['--config', 'gunicorn.conf.py', 'spine.wsgi'];
        const child = spawn(join(cap.deployTo, 'shared/.venv/bin/gunicorn'), words, {
          cwd: join(host.dir, 'seed'),
          env: { ...host.env, SECRET_KEY: 'for-the-benchmark', PORT: String(own), LANDFALL_RELEASE: 'boot' },
          stdio: 'ignore',
        });
        try {
          while (
            !(await fetch(`http://127.0.0.1:${own}/version`).then(
              ({ ok }) => ok,
              () => false,
            ))
          )
            await sleep(10);
          return performance.now() - began;
        } finally {
          child.kill('SIGKILL');
        }
      },
      end,
    };
  } catch (thrown) {
    await end();
    throw thrown;
  }
};

/** The versions that were compared. */
export const versions = (): string => {
  const [cap = ''] = execFileSync('cap', ['--version'], { encoding: 'utf8' }).split('\n');
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return `Landfall ${version}, ${cap}, Node ${process.version}`;
};
