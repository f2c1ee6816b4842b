import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import { makeAuthority } from '../lab/authority.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { aborted, dirty, goesOn, kept, rebooted, refused, restart } from './adopt-plays.ts';
import { laboratory, nginx, path, setUp } from './ganglioside-machine.ts';
import { ask } from './ganglioside-person.ts';
import { landfall } from './ganglioside-site.ts';
import { asUnits, handMadeLayer, handMadeOn, siteByHand, sourceOf, type HandMade } from './hand-made.ts';
import { playIn } from './play.ts';

const source = sourceOf('ganglioside');

/** The four units as the application's document has them installed: paths below `path`, and what each of them says of its end. */
const units: Readonly<Record<string, readonly [command: string, ...lines: string[]]>> = {
  'ganglioside-django': [
    'gunicorn config.wsgi',
    'Type=notify',
    'ExecReload=/bin/kill -s HUP $MAINPID',
    'KillMode=mixed',
    'TimeoutStopSec=20',
    'PrivateTmp=true',
  ],
  'ganglioside-daphne': ['daphne -b 127.0.0.1 -p 8001 config.asgi:application', 'TimeoutStopSec=10'],
  'ganglioside-celery-worker': [
    'celery -A config worker --concurrency=2 --loglevel=info --pidfile=/run/ganglioside-worker/worker.pid',
    'RuntimeDirectory=ganglioside-worker',
    'TimeoutStopSec=3min',
  ],
  // its stop may take systemd's own 90 s
  'ganglioside-celery-beat': [
    'celery -A config beat --loglevel=info --pidfile=/run/ganglioside-beat/beat.pid --schedule=run/beat-schedule',
    'RuntimeDirectory=ganglioside-beat',
  ],
};

const names = Object.keys(units);

const unit = (name: string, [command, ...lines]: readonly string[]): string => `[Unit]
Description=Ganglioside: ${name}
After=network.target postgresql.service redis-server.service
[Service]
User=deploy
Group=deploy
WorkingDirectory=${path}
EnvironmentFile=${path}/.env
ExecStart=${path}/venv/bin/${command ?? ''}
Restart=always
${lines.join('\n')}
[Install]
WantedBy=multi-user.target
`;

const install = (env: Readonly<Record<string, string>>): string => `set -eu
${Object.entries(units)
  .map(([name, lines]) => `cat >/etc/systemd/system/${name}.service <<'UNIT'\n${unit(name, lines)}UNIT\n`)
  .join('')}cat >${path}/.env <<'ENV'
${Object.entries(env)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('')}ENV
chmod 640 ${path}/.env
chown deploy: ${path}/.env
su deploy -c 'set -e; cd ${path}; mkdir -p run media/2019; echo one,two >media/2019/old.csv; chmod 600 media/2019/old.csv
python3 -m venv venv; venv/bin/pip install --quiet -r requirements/production.txt
venv/bin/python manage.py migrate --verbosity 0; venv/bin/python manage.py collectstatic --noinput --verbosity 0; venv/bin/python -m compileall -q analyses config'
systemctl daemon-reload
systemctl enable --quiet --now ${names.join(' ')}
`;

/** Its description, for a host that was installed by hand: services are named as their units are. */
const adopting = (text: string): string =>
  text
    .replace(/^ {2}(django|daphne|celery-worker|celery-beat):/gm, '  ganglioside-$1:')
    .replace('manager: system\n', 'adopt: true\n')
    .replace('python: { ', 'python: { venv: venv, ')
    // what a person does is asked where the application is deployed for its own sake
    .replace(/^ {2}# what a person does[^]*$/m, '');

const prepare = async (dist: string, say: (line: string) => void): Promise<HandMade> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements/production.txt'), 'utf8'), say);
  const [database, check] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const { key, cert, authority } = makeAuthority(['localhost']);
  const host: DebianHost = await startHost({
    image: 'services',
    memory: '1g',
    linger: true,
    wheels,
    say,
    layer: handMadeLayer,
  });
  const dir = mkdtempSync(join(tmpdir(), 'landfall-by-hand-'));
  try {
    const [url, plain] = [`https://localhost:${host.tlsPort}`, `http://localhost:${host.webPort}`];
    const front = { url, authority };
    const trusted = join(dir, 'authority.pem');
    writeFileSync(trusted, authority);
    const repository = makeRepository(join(dir, 'checkout'), {
      source,
      change: { 'landfall.yml': adopting(landfall(host, url, plain)) },
    });
    await host.exec(setUp(database, nginx(host.tlsPort), key, cert));
    await host.exec('mkdir -p /var/www');
    await host.copy(repository.dir, path);
    const env = {
      SECRET_KEY: 'a-long-random-string-for-the-lab-only-20ab',
      ALLOWED_HOSTS: 'localhost',
      CORS_ALLOWED_ORIGINS: laboratory,
      DB_PASSWORD: database,
      REDIS_URL: 'redis://127.0.0.1:6379/0',
      CELERY_BROKER_URL: 'redis://127.0.0.1:6379/1',
      CHECK_PASSWORD: check,
      GANGLIOSIDE_WORKERS: '2',
    };
    await host.exec(install(env));
    const site = siteByHand({
      dist,
      dir,
      host,
      repository,
      path,
      url,
      css: 'analyses/static/ganglioside.css',
      env,
      runner: { CHECK_PASSWORD: check, NODE_EXTRA_CA_CERTS: trusted },
    });
    return await handMadeOn({
      site,
      path,
      services: names,
      definitions: '/etc/systemd/system/ganglioside-*',
      writes: ['./run'],
      restart: `systemctl restart ${names.join(' ')}`,
      ...asUnits,
      inputs: { env: 'CHECK_PASSWORD' },
      request: () =>
        ask(front, '/').then(
          ({ status }) => status,
          () => undefined,
        ),
    });
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};

/** Ganglioside, installed by hand as units of the system: adopted, given back, and kept. */
export const adoptGanglioside = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'adopt-ganglioside',
      show,
      prepare: () => prepare(dist, show),
      about: ({ host, base }) =>
        host.exec(
          `systemctl --no-pager status 'ganglioside-*' | tail -n 60; su deploy -c "sh ${base}/.landfall/status"; tail -n 30 ${base}/.landfall/watch.log; journalctl --no-pager --lines=20 --identifier=sudo`,
        ),
    },
    [
      refused({
        says: /ganglioside-celery-beat\.service may take 90 s to stop, and ganglioside-celery-beat has 30 s/,
        change: (text) => text.replace(/^( {2}ganglioside-celery-beat:\n)/m, '$1    drain: 90s\n'),
      }),
      dirty('analyses/views.py'),
      restart,
      aborted,
      rebooted,
      kept,
      goesOn,
    ],
  );
