/** A mail server on a host of the lab, for what its application sends: test/fakes/mail.py, as a unit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Issued } from '../lab/authority.ts';
import type { DebianHost } from '../lab/debian-host.ts';

/** Where its HTTP side is, on the host alone. */
export const mailbox = 'http://127.0.0.1:8025';

/** What it has heard of since its start. */
export type MailRecord = { readonly taken: number; readonly kept: number; readonly refused: readonly string[] };

/**
 * Starts it behind a login and TLS, with this certificate for `localhost`; the host believes its authority from then on. Gives the
 * environment that an application sends by.
 */
export const startMail = async (
  host: DebianHost,
  password: string,
  { key, cert, authority }: Issued,
): Promise<Readonly<Record<string, string>>> => {
  await host.exec(`set -eu
umask 077
mkdir /opt/mail
cat >/opt/mail/mail.py <<'PYTHON'
${readFileSync(join(import.meta.dirname, '../fakes/mail.py'), 'utf8')}PYTHON
cat >/opt/mail/key <<'KEY'
${key}KEY
cat >/opt/mail/cert <<'CERTIFICATE'
${cert}CERTIFICATE
umask 022
cat >/usr/local/share/ca-certificates/lab.crt <<'AUTHORITY'
${authority}AUTHORITY
update-ca-certificates >/dev/null 2>&1
cat >/etc/systemd/system/mail.service <<'UNIT'
[Service]
Environment=MAIL_PASSWORD=${password}
ExecStart=/usr/bin/python3 /opt/mail/mail.py 587 8025 /opt/mail/cert /opt/mail/key
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --quiet --now mail`);
  return {
    EMAIL_HOST: 'localhost',
    EMAIL_PORT: '587',
    EMAIL_HOST_USER: 'mailer',
    EMAIL_HOST_PASSWORD: password,
  };
};

const ask = (host: DebianHost, method: string, path: string): Promise<string> =>
  host.exec(`python3 - <<'PYTHON'
import urllib.request
print(urllib.request.urlopen(urllib.request.Request("${mailbox}${path}", method="${method}"), timeout=20).read().decode())
PYTHON`);

/** What it has heard of. */
export const mailRecord = async (host: DebianHost): Promise<MailRecord> =>
  JSON.parse(await ask(host, 'GET', '/record')) as MailRecord;

/** Throws away what it keeps for an address. */
export const emptyMailbox = async (host: DebianHost, to: string): Promise<void> => {
  await ask(host, 'DELETE', `/messages?to=${to}`);
};
