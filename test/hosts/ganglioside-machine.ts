import { makeAuthority, type Issued } from '../lab/authority.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { setUpUnits, sudoLayer } from './set-up-units.ts';

/** Where the documents of the application have it. */
export const path = '/var/www/ganglioside';

/** An upload may have so many bytes. */
export const longestUpload = 1_048_576;

/** Whose pages may read what is for everybody. */
export const laboratory = 'https://lab.ganglioside.example';

/** Whoever asks for `/login/` gets two answers a second, and eight more at once. */
export const nginx = (tlsPort: number): string => `limit_req_zone $binary_remote_addr zone=people:1m rate=2r/s;
server {
  listen 80 default_server;
  return 301 https://$host:${tlsPort}$request_uri;
}
server {
  listen 443 ssl default_server;
  ssl_certificate /etc/nginx/ganglioside.pem;
  ssl_certificate_key /etc/nginx/ganglioside.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_max_body_size ${longestUpload};
  add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
  add_header X-Frame-Options DENY always;
  gzip on;
  gzip_types text/css application/json;
  gzip_min_length 256;
  limit_req_status 429;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  location /static/ { alias ${path}/static/; expires 30d; }
  location /ws/ { proxy_pass http://127.0.0.1:8001; proxy_read_timeout 1d; }
  location /login/ { limit_req zone=people burst=8 nodelay; proxy_pass http://127.0.0.1:8000; }
  location / { proxy_pass http://127.0.0.1:8000; }
}
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
`;

/** What root does once, beside installing the application: the database, the runtime folder, nginx. */
export const setUp = (password: string, config: string, key: string, certificate: string): string => `set -eu
cd /
echo 'd /run/ganglioside 0755 deploy deploy' >/etc/tmpfiles.d/ganglioside.conf
systemd-tmpfiles --create ganglioside.conf
su postgres -c psql >/dev/null <<'SQL'
CREATE ROLE ganglioside_user LOGIN CREATEDB PASSWORD '${password}';
CREATE DATABASE ganglioside_prod OWNER ganglioside_user;
SQL
umask 077
cat >/etc/nginx/ganglioside.key <<'KEY'
${key}KEY
cat >/etc/nginx/ganglioside.pem <<'PEM'
${certificate}PEM
cat >/etc/nginx/sites-enabled/default <<'NGINX'
${config}NGINX
nginx -t -q
systemctl reload nginx
`;

/** A host that is ready for its first deploy, and its certificate. */
export type Machine = { readonly host: DebianHost; readonly issued: Issued };

/** Debian with nginx, PostgreSQL and Redis, where the deploy user may have the system run services as units. */
export const prepareMachine = async (
  password: string,
  wheels: string,
  say: (line: string) => void,
): Promise<Machine> => {
  const issued = makeAuthority(['localhost']);
  const host = await startHost({ image: 'services', memory: '1g', linger: true, wheels, say, layer: sudoLayer });
  try {
    say(await setUpUnits(host, path));
    await host.exec(setUp(password, nginx(host.tlsPort), issued.key, issued.cert));
    return { host, issued };
  } catch (thrown) {
    await host.end();
    throw thrown;
  }
};
