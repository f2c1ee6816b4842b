import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import { ascaiAt, type AscaiClient } from './ascai-client.ts';
import { databases, environment, path } from './ascai-machine.ts';

const source = join(import.meta.dirname, '../apps/ascai/source');

/** ASCAI as a person has installed it by hand: no part of Landfall is on that host. */
export type AscaiHost = Pick<AscaiClient, 'begin' | 'get' | 'releases'> & {
  readonly host: DebianHost;
  /** Its address through nginx. */
  readonly url: string;
  /** Writes its `.env` with these faults beside what it needs, and restarts all its programs. */
  readonly restart: (faults?: Readonly<Record<string, string>>) => Promise<void>;
  readonly end: () => Promise<void>;
};

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
export const setUp = (password: string): string => `set -eu
${databases(password)}cat >/etc/nginx/sites-enabled/default <<'NGINX'
${nginx}
NGINX
nginx -t -q
systemctl reload nginx
cat >/etc/supervisor/conf.d/ascai.conf <<'SUPERVISOR'
${supervisor}SUPERVISOR
su deploy -c 'set -e; cd ${path}; mkdir logs media; python3 -m venv venv; venv/bin/pip install --quiet -r requirements.txt
venv/bin/python manage.py migrate --verbosity 0; venv/bin/python manage.py collectstatic --noinput --verbosity 0
venv/bin/python manage.py compilemessages --verbosity 0 --ignore venv'
`;

/** What it reads: what it needs, and these. */
export const dotenv = (password: string, faults: Readonly<Record<string, string>>): string =>
  Object.entries({
    ...environment(password),
    LANDFALL_RELEASE: 'by-hand',
    ALLOWED_HOSTS: '127.0.0.1',
    ...faults,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

export const prepareAscai = async (say: (line: string) => void): Promise<AscaiHost> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const host = await startHost({ image: 'services', memory: '1g', wheels, say });
  const password = randomBytes(12).toString('hex');
  const url = `http://127.0.0.1:${host.webPort}`;
  const write = (faults: Readonly<Record<string, string>>): Promise<string> =>
    host.exec(`umask 077; cat >${path}/.env <<'ENV'\n${dotenv(password, faults)}ENV`, 'deploy');
  try {
    await host.copy(source, path);
    await write({});
    await host.exec(setUp(password));
    return {
      ...ascaiAt(url),
      host,
      url,
      restart: async (faults = {}) => {
        await write(faults);
        await host.exec('supervisorctl reread >/dev/null; supervisorctl update >/dev/null; supervisorctl restart all');
      },
      end: host.end,
    };
  } catch (thrown) {
    await host.end();
    throw thrown;
  }
};
