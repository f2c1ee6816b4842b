import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';

const source = join(import.meta.dirname, '../apps/ascai/source');

/** ASCAI as a person has installed it by hand: no part of Landfall is on that host. */
export type AscaiHost = {
  readonly host: DebianHost;
  /** Its address through nginx. */
  readonly url: string;
  /** Writes its `.env` with these faults beside what it needs, and restarts all its programs. */
  readonly restart: (faults?: Readonly<Record<string, string>>) => Promise<void>;
  /** Status and text of an answer. Throws where none comes within 20 s. */
  readonly get: (path: string, form?: Readonly<Record<string, string>>) => Promise<{ status: number; text: string }>;
  /** The release that each process names: the web, the WebSocket, a worker, the scheduler. Throws where one does not in time. */
  readonly releases: () => Promise<Readonly<Record<'web' | 'websocket' | 'worker' | 'scheduler', string>>>;
  readonly end: () => Promise<void>;
};

const path = '/srv/ascai';

const nginx = `server {
  listen 80 default_server;
  client_max_body_size 50M;
  location /static/ { alias ${path}/staticfiles/; expires 30d; }
  location /ws/ {
    proxy_pass http://127.0.0.1:8001;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_set_header Host $http_host;
    proxy_read_timeout 86400s;
  }
  location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 60s; proxy_send_timeout 60s; proxy_read_timeout 60s;
  }
}`;

const programs: Readonly<Record<string, string>> = {
  ascai_gunicorn: 'gunicorn config.wsgi:application --config gunicorn_config.py',
  ascai_daphne: 'daphne -b 127.0.0.1 -p 8001 config.asgi:application',
  ascai_celery: 'celery -A config worker --loglevel=info --concurrency=2',
  ascai_celery_beat: 'celery -A config beat --loglevel=info',
};

const supervisor = Object.entries(programs)
  .map(
    ([name, command]) => `[program:${name}]
command=${path}/venv/bin/${command}
directory=${path}
user=deploy
autostart=true
autorestart=true
redirect_stderr=true
stdout_logfile=${path}/logs/${name}.log
environment=DJANGO_ENVIRONMENT="production",ASCAI_WORKERS="2"
`,
  )
  .join('\n');

/** What the person did who installed it. */
const setUp = (password: string): string => `set -eu
cd /
su postgres -c psql >/dev/null <<'SQL'
CREATE ROLE ascai_user LOGIN CREATEDB PASSWORD '${password}';
CREATE DATABASE ascai_prod OWNER ascai_user;
SQL
printf 'requirepass ${password}\\nmaxmemory 64mb\\nmaxmemory-policy allkeys-lru\\n' >>/etc/redis/redis.conf
systemctl restart redis-server
cat >/etc/nginx/sites-enabled/default <<'NGINX'
${nginx}
NGINX
nginx -t -q
systemctl reload nginx
cat >/etc/supervisor/conf.d/ascai.conf <<'SUPERVISOR'
${supervisor}SUPERVISOR
su deploy -c 'set -e; cd ${path}; mkdir logs media; python3 -m venv venv; venv/bin/pip install --quiet -r requirements.txt
venv/bin/python manage.py migrate --verbosity 0; venv/bin/python manage.py collectstatic --noinput --verbosity 0'
`;

const environment = (password: string, faults: Readonly<Record<string, string>>): string =>
  Object.entries({
    SECRET_KEY: 'a-long-random-string-for-the-lab-only-83d0',
    LANDFALL_RELEASE: 'by-hand',
    ALLOWED_HOSTS: '127.0.0.1',
    DB_NAME: 'ascai_prod',
    DB_USER: 'ascai_user',
    DB_PASSWORD: password,
    REDIS_URL: `redis://:${password}@127.0.0.1:6379/0`,
    CELERY_BROKER_URL: `redis://:${password}@127.0.0.1:6379/1`,
    CELERY_RESULT_BACKEND: `redis://:${password}@127.0.0.1:6379/1`,
    ...faults,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** The first words of the WebSocket's other end. */
const greeting = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/live/`, { handshakeTimeout: 20_000 });
    socket.once('message', (data: Buffer) => {
      resolve(data.toString());
      socket.terminate();
    });
    socket.once('error', reject);
  });

/** What it gives, once it gives anything: it is asked again for so long. */
const within = async <Found>(ms: number, ask: () => Promise<Found | undefined>): Promise<Found> => {
  const until = performance.now() + ms;
  for (;;) {
    const found = await ask().catch((thrown: unknown) => {
      if (performance.now() > until) throw thrown;
      return undefined;
    });
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`nothing came within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

/** How long processes may take to come up, and a tick or a task to arrive: ms. */
const patience = 120_000;

export const prepareAscai = async (say: (line: string) => void): Promise<AscaiHost> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const host = await startHost({ image: 'services', memory: '1g', wheels, say });
  const password = randomBytes(12).toString('hex');
  const url = `http://127.0.0.1:${host.webPort}`;
  const get: AscaiHost['get'] = async (where, form) => {
    const answer = await fetch(`${url}${where}`, {
      signal: AbortSignal.timeout(20_000),
      headers: { connection: 'close' },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    return { status: answer.status, text: (await answer.text()).trim() };
  };
  const write = (faults: Readonly<Record<string, string>>): Promise<string> =>
    host.exec(`umask 077; cat >${path}/.env <<'ENV'\n${environment(password, faults)}ENV`, 'deploy');
  try {
    await host.copy(source, path);
    await write({});
    await host.exec(setUp(password));
    return {
      host,
      url,
      get,
      restart: async (faults = {}) => {
        await write(faults);
        await host.exec('supervisorctl reread >/dev/null; supervisorctl update >/dev/null; supervisorctl restart all');
      },
      releases: async () => {
        const web = await within(patience, async () => {
          const { status, text } = await get('/version');
          return status === 200 ? text : undefined;
        });
        const websocket = (JSON.parse(await within(patience, () => greeting(url))) as { release: string }).release;
        const { id } = await within(patience, async () => {
          const { status, text } = await get('/tasks/', {});
          return status === 202 ? (JSON.parse(text) as { id: string }) : undefined;
        });
        const worker = await within(patience, async () => {
          const said = JSON.parse((await get(`/tasks/${id}/`)).text) as { result: { release: string } | null };
          return said.result?.release;
        });
        const scheduler = await within(patience, async () => {
          const said = JSON.parse((await get('/scheduler/')).text) as { release: string; age: number };
          return said.age < 5 ? said.release : undefined;
        });
        return { web, websocket, worker, scheduler };
      },
      end: host.end,
    };
  } catch (thrown) {
    await host.end();
    throw thrown;
  }
};
