import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeRepository } from '../apps/spine/repository.ts';
import { makeAuthority } from './authority.ts';
import { freePort } from './port.ts';

/** The example application behind a TLS proxy, as people have it. */
export type SpineSite = {
  /** `https://localhost:<port>`; its certificate is trusted in this process until `close`. */
  readonly url: string;
  /** The application itself: `http://127.0.0.1:<port>`. */
  readonly inside: string;
  /** Its files: a checkout. */
  readonly dir: string;
  readonly front: https.Server;
  readonly close: () => Promise<void>;
};

/** Starts it: Django and gunicorn from their lock file (some seconds). */
export const startSpineSite = async (env: Readonly<Record<string, string>>): Promise<SpineSite> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-site-')));
  const run = promisify(execFile);
  const { dir } = makeRepository(join(root, 'app'));
  const venv = join(root, 'venv');
  await run('python3', ['-m', 'venv', venv]);
  await run(join(venv, 'bin/pip'), ['install', '--quiet', '--no-compile', '-r', join(dir, 'requirements.txt')]);
  const port = await freePort();
  const own = { ...process.env, SECRET_KEY: 'only-for-tests', PORT: `${port}`, ...env };
  for (const words of [
    ['migrate', '--verbosity', '0'],
    ['collectstatic', '--noinput', '--verbosity', '0'],
  ])
    await run(join(venv, 'bin/python'), ['manage.py', ...words], { cwd: dir, env: own });
  const gunicorn = spawn(join(venv, 'bin/gunicorn'), ['spine.wsgi'], { cwd: dir, env: own, stdio: 'ignore' });
  const inside = `http://127.0.0.1:${port}`;
  const tls = makeAuthority(['localhost']);
  const front = https.createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' };
    const passed = http.request(inside + (request.url ?? ''), { method: request.method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    passed.on('error', () => response.writeHead(502).end());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve));
  const before = getCACertificates('default');
  setDefaultCACertificates([tls.authority]);
  const close = async (): Promise<void> => {
    setDefaultCACertificates(before);
    front.close();
    front.closeAllConnections();
    const ended = new Promise((resolve) => gunicorn.once('exit', resolve));
    if (gunicorn.exitCode === null && gunicorn.kill()) await ended;
    rmSync(root, { recursive: true, force: true });
  };
  for (let left = 1200; ; left--) {
    if (
      await fetch(`${inside}/health/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    if (left === 0 || gunicorn.exitCode !== null) {
      await close();
      throw new Error('the example application did not come up');
    }
    await sleep(100);
  }
  return { url: `https://localhost:${(front.address() as AddressInfo).port}`, inside, dir, front, close };
};
