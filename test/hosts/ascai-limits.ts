import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { ask, within } from './ascai-client.ts';
import { path } from './ascai-machine.ts';
import { prepareAscaiSite, type AscaiSite } from './ascai-site.ts';
import { demand, demandWhole, playIn, type Play } from './play.ts';

const jails = ['sshd', 'nginx-limit-req', 'nginx-botsearch'] as const;

const layer = `RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \\
    fail2ban python3-systemd && apt-get clean && systemctl disable fail2ban && : >/etc/machine-id
`;

/** The limits of the document. A ban is written down and nothing else: the lab needs its way in. */
const guarded = `cat >/etc/fail2ban/action.d/written.conf <<'ACTION'
[Definition]
actionban = echo <name> <ip> >>/var/log/bans
ACTION
cat >/etc/fail2ban/jail.local <<'JAIL'
[DEFAULT]
findtime = 10m
bantime = 1h
maxretry = 5
banaction = written
banaction_allports = written
[sshd]
enabled = true
backend = systemd
[nginx-limit-req]
enabled = true
backend = polling
maxretry = 10
logpath = /var/log/nginx/error.log
[nginx-botsearch]
enabled = true
backend = polling
maxretry = 2
logpath = /var/log/nginx/access.log
JAIL
touch /var/log/bans
systemctl start fail2ban
timeout 300 sh -c 'until fail2ban-client ping >/dev/null 2>&1; do sleep 0.2; done'
`;

const password = 'a-long-password-for-the-lab-only-6e17';

/** A person who logs in, and a check that does so in each deploy. */
const logIn = `
  - { name: log in page, get: /login/, session: ada }
  - name: log in
    post: /login/
    session: ada
    csrf: true
    form: { username: ada, password: $ASCAI_PASSWORD }
    redirect: /
`;

const deployed = async (site: AscaiSite, subject: string): Promise<StepEnd> => {
  site.commit(subject);
  const job = site.job();
  const env = { ASCAI_PASSWORD: password };
  const end = await job.uses('deploy-over-ssh', { ...site.deploy({ env: 'ASCAI_PASSWORD' }), env });
  await job.finish();
  if (end?.outputs['result'] !== 'done')
    throw new Error(`the deploy is not done: ${end?.log.slice(-15).join('\n') ?? ''}`);
  return end;
};

/** How often a line of the web server's log has it. */
const logged = async ({ host }: AscaiSite, pattern: string): Promise<number> =>
  Number(await host.exec(`grep -cE '${pattern}' /var/log/nginx/access.log || :`));

const bans = async ({ host }: AscaiSite): Promise<string> => (await host.exec('cat /var/log/bans')).trim();

const first: Play<AscaiSite> = {
  name: 'a first deploy serves behind fail2ban’s three jails, and somebody can log in',
  play: async (site) => {
    const end = await site.deployed('First');
    await demandWhole(site, end.outputs['release'] ?? '');
    const who = '--noinput --username ada --email ada@example.org';
    await site.host.exec(
      `cd ${path} && DJANGO_SUPERUSER_PASSWORD=${password} .venv/bin/python manage.py createsuperuser ${who}`,
      'deploy',
    );
    // after the checks that are there, which the section `test` follows
    site.describe((text) => text.replace('\ntest:', `${logIn}test:`));
    const status = await site.host.exec('fail2ban-client status');
    demand(
      jails.every((name) => status.includes(name)),
      () => status,
    );
    return `${end.ms} ms`;
  },
};

/** How many deploys; and the time from the beginning of one to that of the next, at least: s. Five logins a minute are let through. */
const [many, pause] = [10, 15];

const a15: Play<AscaiSite> = {
  name: 'A15: ten deploys in ten minutes under the documented limits: no ban, no 429',
  play: async (site) => {
    const { url, authority: ca } = site;
    const began = performance.now();
    let release = '';
    for (let index = 1; index <= many; index += 1) {
      const next = sleep(pause * 1000);
      release = (await deployed(site, `Change ${index}`)).outputs['release'] ?? '';
      // what a visitor mistypes is no scanner's
      if (index === 3 || index === 6) {
        const { status } = await ask(`${url}/no-such-page/`, { ca });
        demand(status === 404, () => `/no-such-page/: ${status}`);
      }
      if (index < many) await next;
    }
    // five to six minutes; a busy machine may need more, and what is demanded is that nobody was limited
    const minutes = (performance.now() - began) / 60_000;
    await demandWhole(site, release);
    const logins = await logged(site, '"POST /login/ [^"]*" 302 ');
    demand(logins === many, () => `${logins} logins of ${many}`);
    const [limited, banned] = [await logged(site, '" 429 '), await bans(site)];
    demand(limited === 0, () => `429 was answered ${limited} times`);
    demand(banned === '', () => `bans: ${banned}`);
    return `${many} deploys and logins in ${minutes.toFixed(1)} minutes`;
  },
};

/** A login by a name that is none, as those try who guess. */
const guess = async ({ host }: AscaiSite): Promise<void> => {
  const { default: ssh2 } = await import('ssh2');
  await new Promise<void>((resolve) => {
    const client = new ssh2.Client();
    client.on('error', () => undefined);
    client.on('close', () => {
      resolve();
    });
    client.connect({ host: '127.0.0.1', port: host.sshPort, username: 'admin', password: 'admin' });
  });
};

/** A login with a wrong password: what it is answered with. */
const tryLogin = async (url: string, ca: string): Promise<number> => {
  const page = await ask(`${url}/login/`, { ca });
  const [cookie = ''] = page.headers['set-cookie'] ?? [];
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const { status } = await ask(`${url}/login/`, {
    ca,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: cookie.split(';')[0] ?? '',
      referer: `${url}/login/`,
    },
    body: new URLSearchParams({ username: 'ada', password: 'wrong', csrfmiddlewaretoken: token }).toString(),
  });
  return status;
};

const limits: Play<AscaiSite> = {
  name: 'the limits are there: two 404s of a scanner and five guesses at SSH are a ban each, and so many logins a 429',
  play: async (site) => {
    const { url, authority: ca } = site;
    for (let times = 0; times < 2; times += 1) await ask(`${url}/phpmyadmin/`, { ca });
    for (let times = 0; times < 5; times += 1) await guess(site);
    // minutes may end among them
    const statuses: number[] = [];
    while (!statuses.includes(429) && statuses.length < 60) statuses.push(await tryLogin(url, ca));
    demand(statuses.includes(429), () => `logins were answered with ${statuses.join(', ')}`);
    return within(120_000, async () => {
      const banned = await bans(site);
      return banned.includes('nginx-botsearch') && banned.includes('sshd') ? banned.replaceAll('\n', ', ') : undefined;
    });
  },
};

/** ASCAI deployed again and again on a host that bans who asks too much. */
export const ascaiLimits = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'ascai-limits',
      show,
      prepare: async () => {
        const site = await prepareAscaiSite({ dist, layer, say: show });
        try {
          await site.host.exec(`set -eu\n${guarded}`);
          return site;
        } catch (thrown) {
          await site.end();
          throw thrown;
        }
      },
      about: ({ host }) =>
        host.exec(
          'fail2ban-client status; cat /var/log/bans; tail -n 15 /var/log/fail2ban.log /var/log/nginx/access.log; :',
        ),
    },
    [first, a15, limits],
  );
