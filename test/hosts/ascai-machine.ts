import { makeAuthority, type Issued } from '../lab/authority.ts';
import type { DebianHost } from '../lab/debian-host.ts';

/** Where the application is found on its host. */
export const path = '/srv/ascai';

/** Its database and its Redis, behind a password. */
export const databases = (password: string): string => `cd /
su postgres -c psql >/dev/null <<'SQL'
CREATE ROLE ascai_user LOGIN CREATEDB PASSWORD '${password}';
CREATE DATABASE ascai_prod OWNER ascai_user;
SQL
printf 'requirepass ${password}\\nmaxmemory 64mb\\nmaxmemory-policy allkeys-lru\\n' >>/etc/redis/redis.conf
systemctl restart redis-server
`;

/** What the application reads from its environment. */
export const environment = (password: string): Readonly<Record<string, string>> => ({
  SECRET_KEY: 'a-long-random-string-for-the-lab-only-83d0',
  DB_NAME: 'ascai_prod',
  DB_USER: 'ascai_user',
  DB_PASSWORD: password,
  REDIS_URL: `redis://:${password}@127.0.0.1:6379/0`,
  CELERY_BROKER_URL: `redis://:${password}@127.0.0.1:6379/1`,
  CELERY_RESULT_BACKEND: `redis://:${password}@127.0.0.1:6379/1`,
});

/** Its names in public, of which the first is the one that people are sent to. */
export const names = ['ascai.it', 'www.ascai.it'] as const;

const headers = `add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload" always;
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options DENY always;
add_header X-XSS-Protection "1; mode=block" always;
add_header Referrer-Policy strict-origin-when-cross-origin always;
`;

/**
 * The web server after the application's document, but for two things that it would get wrong: a location with a header of its own
 * loses those of the server, so they are included there again; and what is well known is served before files with a dot are denied.
 */
const nginx = `server {
  listen 80 default_server;
  server_name ${names.join(' ')};
  location ^~ /.well-known/acme-challenge/ { root /var/www/html; }
  location / { return 301 https://${names[0]}$request_uri; }
}
server {
  listen 443 ssl default_server;
  http2 on;
  server_name ${names.join(' ')};
  ssl_certificate /etc/ssl/ascai.pem;
  ssl_certificate_key /etc/ssl/private/ascai.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  include snippets/ascai-headers.conf;
  gzip on;
  gzip_min_length 1024;
  gzip_types text/css application/javascript application/json;
  client_max_body_size 50M;
  location ^~ /.well-known/ { root /var/www/html; }
  location ~ /\\. { deny all; }
  location /static/ {
    alias ${path}/staticfiles/;
    add_header Cache-Control "public, max-age=2592000, immutable";
    include snippets/ascai-headers.conf;
  }
  location /media/ {
    alias ${path}/media/;
    add_header Cache-Control "max-age=604800";
    include snippets/ascai-headers.conf;
  }
  location /ws/ {
    proxy_pass http://127.0.0.1:8001;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 86400s;
  }
  location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 60s;
    proxy_send_timeout 60s;
    proxy_read_timeout 60s;
  }
}
`;

/**
 * What root does once on an empty host, for Landfall to deploy to: the databases, the web server with a certificate of an authority for
 * tests, and the two places of docs/on-a-host.md. Of the application nothing is there. Gives that authority.
 */
export const setUpEmpty = async (host: DebianHost, password: string): Promise<string> => {
  // the lab's own name, too: no resolver knows the others
  const { key, cert, authority }: Issued = makeAuthority([...names, 'localhost']);
  await host.exec(`set -eu
${databases(password)}
install -d -o deploy ${path}-landfall
ln -sT ${path}-landfall/current ${path}
mkdir -p /var/www/html/.well-known
{
  echo 'Contact: mailto:security@${names[0]}'
  echo "Expires: $(date --utc --date='6 months' +%Y-%m-%dT%H:%M:%SZ)"
} >/var/www/html/.well-known/security.txt
install -m 600 /dev/stdin /etc/ssl/private/ascai.key <<'KEY'
${key}KEY
cat >/etc/ssl/ascai.pem <<'CERTIFICATE'
${cert}CERTIFICATE
cat >/etc/nginx/snippets/ascai-headers.conf <<'HEADERS'
${headers}HEADERS
cat >/etc/nginx/sites-enabled/default <<'NGINX'
${nginx}NGINX
nginx -t -q
systemctl reload nginx`);
  return authority;
};
