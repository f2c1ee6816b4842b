import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DemoHost } from './demo-host.ts';

/** The example application, installed as people do it by hand. */
export type HandMadeSite = {
  /** The file of its supervisord. */
  readonly conf: string;
  /** A word with its supervisord. */
  readonly supervisorctl: (...words: readonly string[]) => Promise<string>;
  /** What a person does on the host. */
  readonly shell: (command: string) => Promise<string>;
};

/**
 * Clones the checkout to the host's path, makes venv, .env, database, uploads and logs, and starts the program `web` under a
 * supervisord of the user's own, whose file names absolute paths (about 10 s).
 */
export const installByHand = async (host: DemoHost, checkout: string): Promise<HandMadeSite> => {
  const { path, home, env, port } = host;
  const call = promisify(execFile);
  const run = async (file: string, ...words: readonly string[]): Promise<string> =>
    (await call(file, words, { env: { ...env, SECRET_KEY: 'made-by-hand-long-ago', PORT: `${port}` }, cwd: home }))
      .stdout;
  await run('git', 'clone', '--quiet', checkout, path);
  await run('python3', '-m', 'venv', join(path, 'venv'));
  await run(join(path, 'venv/bin/pip'), 'install', '--quiet', '-r', join(path, 'requirements.txt'));
  writeFileSync(join(path, '.env'), `SECRET_KEY=made-by-hand-long-ago\nPORT=${port}\n`, { mode: 0o640 });
  const python = join(path, 'venv/bin/python');
  await run(python, join(path, 'manage.py'), 'migrate', '--verbosity', '0');
  await run(python, join(path, 'manage.py'), 'collectstatic', '--noinput', '--verbosity', '0');
  mkdirSync(join(path, 'media/2019'), { recursive: true, mode: 0o750 });
  writeFileSync(join(path, 'media/2019/cat.txt'), 'a cat\n', { mode: 0o600 });
  mkdirSync(join(path, 'logs'));
  const conf = join(home, 'supervisord.conf');
  writeFileSync(
    conf,
    `[unix_http_server]
file=${home}/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${home}/supervisor.sock
[supervisord]
logfile=${home}/supervisord.log
pidfile=${home}/supervisord.pid
[program:web]
command=/bin/sh -c "set -a; . ${path}/.env; exec ${path}/venv/bin/gunicorn --config gunicorn.conf.py spine.wsgi"
directory=${path}
redirect_stderr=true
stdout_logfile=${path}/logs/web.log
`,
  );
  await run('supervisord', '-c', conf);
  // it takes a program for one that runs after a second
  const up = 'until supervisorctl -c "$0" status | grep -q RUNNING; do sleep 0.1; done';
  await run('timeout', '300', 'sh', '-c', up, conf);
  return {
    conf,
    supervisorctl: (...words) => run('supervisorctl', '-c', conf, ...words),
    shell: (command) => run('sh', '-c', `exec 2>&1\n${command}`),
  };
};
