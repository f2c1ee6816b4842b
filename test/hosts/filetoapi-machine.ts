/** Where the documents of the application have it. */
export const path = '/var/www/file-to-api';

/** Where gunicorn listens: in the folder that the unit makes. */
export const socket = '/run/filetoapi/gunicorn.sock';

/** Where people have it, too: in the checkout. */
export const socketBelow = `${path}/gunicorn.sock`;

const nginx = `server {
  listen 80 default_server;
  client_max_body_size 1m;
  location /static/ { alias ${path}/staticfiles/; expires 30d; }
  location / {
    proxy_pass http://unix:${socket};
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
  }
}`;

const unit = `[Unit]
Description=File-to-API
After=network.target
[Service]
User=deploy
WorkingDirectory=${path}
RuntimeDirectory=filetoapi
ExecStart=${path}/venv/bin/gunicorn config.wsgi:application
Restart=always
[Install]
WantedBy=multi-user.target
`;

const env = `SECRET_KEY=a-long-random-string-for-the-lab-only-20ab
API_KEY_SALT=another-one-for-the-lab-only-77c1
DEBUG=False
ALLOWED_HOSTS=127.0.0.1
MAX_UPLOAD_SIZE=1048576
`;

/** What root does where the checkout is: the steps of the documents, one after the other. */
export const install = `set -eu
cd ${path}
cat >.env <<'ENV'
${env}ENV
chmod 640 .env
mkdir -p media/uploads logs
chown -R deploy: .
su deploy -c 'set -e; python3 -m venv venv; venv/bin/pip install --quiet -r requirements.txt
venv/bin/python manage.py migrate --verbosity 0; venv/bin/python manage.py collectstatic --noinput --verbosity 0
venv/bin/python manage.py check; venv/bin/python -m compileall -q config datasets'
cat >/etc/systemd/system/filetoapi.service <<'UNIT'
${unit}UNIT
systemctl daemon-reload
systemctl enable --quiet --now filetoapi
cat >/etc/nginx/sites-enabled/default <<'NGINX'
${nginx}
NGINX
nginx -t -q
systemctl reload nginx
`;
