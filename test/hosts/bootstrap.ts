import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { bootUnits, firstAnswer, recoveryShows, startsBehind } from './boot.ts';
import { prepareBootstrap, siteFile, siteText, type Bootstrap, type Deployed } from './bootstrap-place.ts';
import { services } from './ganglioside-site.ts';
import { ask, logIn } from './ganglioside-person.ts';
import { demand, playIn, type Play } from './play.ts';

const done = ({ report, log }: Deployed, result = 'done'): string => {
  demand(report.result === result, () => `the deploy is ${report.result}: ${log.slice(-25).join('\n')}`);
  return report.release ?? '';
};

/** What is not so of a release that serves: four units, through nginx. */
const wrongWith = async (site: Bootstrap, release: string): Promise<readonly string[]> => {
  const { current, processes } = await site.state();
  const list = `systemctl list-units --plain --no-legend 'landfall-${site.mark}-*.service'`;
  const units = (await site.host.exec(list)).trim().split('\n');
  const active = services.filter((name) =>
    units.some((unit) => new RegExp(`-${name}\\.service +loaded +active +running`).test(unit)),
  );
  const told = await ask(site, '/version').then(({ status, body }) => `${status} ${body.trim()}`, String);
  return [
    ...(current === release ? [] : [`current leads to ${current}`]),
    ...(active.length === services.length ? [] : [`units: ${units.join('; ')}`]),
    ...(processes.every((one) => one.endsWith(` on ${release}: ok`)) ? [] : [processes.join('; ')]),
    ...(told === `200 ${release}` ? [] : [`/version: ${told}`]),
  ];
};

const demandServes = async (site: Bootstrap, release: string, ms = 120_000): Promise<void> => {
  const until = performance.now() + ms;
  for (;;) {
    const wrong = await wrongWith(site, release);
    if (wrong.length === 0) return;
    demand(performance.now() < until, () => wrong.join('; '));
    await sleep(1000);
  }
};

const empty: Play<Bootstrap> = {
  name: 'G2: bootstrap of an empty host without a prompt: user, folders, four units, nginx site, superuser',
  play: async (site) => {
    const { code, text } = await site.setUp();
    demand(code === 0 && text.endsWith('setup: the host is ready'), () => text);
    const made = text.match(/^setup: making/gm)?.length ?? 0;
    const release = done(await site.deploy());
    await demandServes(site, release);
    const own = await site.host.exec(`stat -c '%U %a' ${site.base}; readlink /var/www/ganglioside; id -un deploy`);
    demand(own === `deploy 755\n${site.base}/current\ndeploy\n`, () => own);
    const plain = await fetch(`http://localhost:${site.host.webPort}/x?y=z`, { redirect: 'manual' });
    const to = plain.headers.get('location');
    demand(plain.status === 301 && to === 'https://localhost/x?y=z', () => `http: ${plain.status} to ${to ?? ''}`);
    const styles = await ask(site, '/static/ganglioside.css');
    demand(styles.status === 200, () => `static files: ${styles.status}`);
    return `${made} things made, ${release}`;
  },
};

const superuser: Play<Bootstrap> = {
  name: 'G2: the superuser of the secrets logs in to /admin, and its password is in no argument, log or journal',
  play: async (site) => {
    const { name, password } = site.superuser;
    await logIn(site, name, password);
    const admin = await site.host.exec(
      `su postgres -c "psql -At ganglioside_prod -c 'SELECT username, is_superuser FROM auth_user WHERE is_superuser'"`,
    );
    demand(admin.trim() === `${name}|t`, () => `superusers: ${admin}`);
    const page = await ask(site, '/admin/login/');
    demand(page.status === 200 && page.body.includes('csrfmiddlewaretoken'), () => `/admin/login/: ${page.status}`);
    const found = await site.host.exec(
      `cd ${site.base}; grep -rlF ${password} .landfall shared/logs /etc/nginx /var/log/nginx 2>/dev/null; journalctl --quiet | grep -cF ${password}; true`,
    );
    demand(found.trim() === '0', () => `the password is in ${found}`);
    return name;
  },
};

const again: Play<Bootstrap> = {
  name: 'G2: a second run of both changes nothing',
  play: async (site) => {
    const list = `find / -xdev \\( -path /var/log -o -path /var/lib -o -path ${site.base}/shared -o -path /tmp -o -path /run \\) -prune -o -type f -printf '%p %m %u %s %T@\\n'`;
    const before = new Set((await site.host.exec(list)).split('\n'));
    const nginx = await site.nginx();
    const { code, text } = await site.setUp();
    demand(code === 0 && text === 'setup: all is there: nothing was changed', () => text);
    const after = (await site.host.exec(list)).split('\n').filter((line) => !before.has(line));
    demand(after.length === 0, () => `the script changed ${after.join('\n')}`);
    done(await site.deploy(), 'unchanged');
    demand(JSON.stringify(await site.nginx()) === JSON.stringify(nginx), () => 'nginx was reloaded');
    return text;
  },
};

const reboot: Play<Bootstrap> = {
  name: 'G2: after a reboot four units and nginx’s site are there; nginx waited for them, and its first answer is theirs',
  play: async (site) => {
    const { current } = await site.state();
    const status = await site.host.exec(`sh ${site.base}/.landfall/status`, 'deploy');
    demand(/^at boot +the host recovers by itself, before nginx starts$/m.test(status), () => status);
    await site.host.shutDown();
    await startsBehind(site, current);
    await demandServes(site, current);
    return current;
  },
};

const powerCut: Play<Bootstrap> = {
  name: 'a power cut before anybody confirms is undone before nginx serves, with the site of the release',
  play: async (site) => {
    const { current } = await site.state();
    await site.cutOff({ [siteFile]: siteText.replace('gzip on;', 'gzip on;\n  add_header X-Site cut always;') });
    const newer = await site.state();
    demand(newer.phase === 'switched' && newer.current !== current, () => `t${newer.number} is ${newer.phase}`);
    demand((await site.installed()).includes('"X-Site" "cut"'), () => 'its site is not there');
    await site.host.powerCut();
    const first = await startsBehind(site, current);
    demand(first.headers['x-site'] === undefined, () => 'nginx began with the site of the release that was undone');
    await demandServes(site, current);
    const after = await site.state();
    demand(after.phase === 'undone' && after.number === newer.number, () => `t${after.number} is ${after.phase}`);
    return `t${after.number} is undone, ${current} serves`;
  },
};

const stuck: Play<Bootstrap> = {
  name: 'a recovery that hangs keeps nginx away for no longer than its limit, and that is seen',
  play: async (site) => {
    const { host } = site;
    const { current } = await site.state();
    const { recovery, waits } = bootUnits(site);
    const [system, own] = [`/etc/systemd/system/${waits}.d`, `/home/deploy/.config/systemd/user/${recovery}.d`];
    await host.exec(`mkdir ${system}; printf '[Service]\nTimeoutStartSec=3\n' >${system}/test.conf`);
    await host.exec(`mkdir ${own}; printf '[Service]\nExecStartPre=sleep 600\n' >${own}/test.conf`, 'deploy');
    await host.shutDown();
    const [{ status }, up] = await Promise.all([firstAnswer(site), host.start().then(() => 'up', String)]);
    demand(up.includes(`is degraded: ● ${waits}`), () => `the host: ${up}`);
    const state = await recoveryShows(site, 'ActiveState');
    demand(status === 502 && state === 'activating', () => `nginx answers ${status}, and the recovery is ${state}`);
    const again = `systemctl --user daemon-reload; systemctl --user restart ${recovery}`;
    await host.exec(`rm -r ${system}; systemctl daemon-reload; systemctl reset-failed ${waits}`);
    await host.exec(`rm -r ${own}; export XDG_RUNTIME_DIR=/run/user/$(id -u); ${again}`, 'deploy');
    await demandServes(site, current);
    return `${status} until then`;
  },
};

const broken: Play<Bootstrap> = {
  name: 'A11: a broken nginx file is refused in nginx’s words with its line, before anything opens; so is a directive that gives too much',
  play: async (site) => {
    const [{ number, current }, installed, nginx] = [await site.state(), await site.installed(), await site.nginx()];
    for (const [from, to, says] of [
      ['gzip on;', 'gzip maybe;', 'invalid value "maybe"'],
      ['gzip on;', 'include /etc/shadow;', 'include /etc/shadow: no directive that a site may have'],
    ] as const) {
      const { report } = await site.deploy({ [siteFile]: siteText.replace(from, to) });
      const line = siteText.split('\n').findIndex((one) => one.includes(from)) + 1;
      const problem = report.fault?.problems?.[0];
      demand(
        report.fault?.code === 'SOURCE_UNFIT' &&
          problem?.where === siteFile &&
          problem.line === line &&
          problem.what.includes(says),
        () => JSON.stringify(report.fault),
      );
    }
    // of a wrong input there is no report
    const other = await site
      .deploy({ [siteFile]: siteText.replaceAll('{current}', '{nothing}') })
      .then(({ log }) => log.join('\n'), String);
    demand(other.includes('{nothing} stands for nothing'), () => other);
    const now = await site.state();
    demand(now.number === number && now.current === current, () => 'something was opened');
    demand(
      (await site.installed()) === installed && (await site.nginx()).workers === nginx.workers,
      () => 'nginx was touched',
    );
    return `t${number} is still the newest`;
  },
};

const goesBack: Play<Bootstrap> = {
  name: 'another site costs one reload of the same nginx; undo by hand and a rollback bring the former back; one that is as it was costs none',
  play: async (site) => {
    const { current: first } = await site.state();
    const [former, before] = [await site.installed(), await site.nginx()];
    const header = async (): Promise<unknown> => (await ask(site, '/health')).headers['x-site'];
    const changed = { [siteFile]: siteText.replace('gzip on;', 'gzip on;\n  add_header X-Site two always;') };
    const second = done(await site.deploy(changed));
    const after = await site.nginx();
    demand((await header()) === 'two' && after.main === before.main && after.workers !== before.workers, () => `nginx: ${JSON.stringify([before, after])}`); // prettier-ignore
    const { number } = await site.state();
    await site.host.exec(`sh ${site.base}/.landfall/undo t${number}`, 'deploy');
    await demandServes(site, first);
    demand(
      (await header()) === undefined && (await site.installed()) === former,
      () => 'the site was not brought back',
    );
    done(await site.deploy({}));
    await demandServes(site, (await site.state()).current);
    demand((await header()) === 'two', () => 'the site of the second is not there again');
    done(await site.rollBack());
    await demandServes(site, first);
    demand((await header()) === undefined && (await site.installed()) === former, () => 'the rollback left the site');
    return `${first} and ${second}`;
  },
};

const attacks: Play<Bootstrap> = {
  name: 'a hostile deploy user gets no other name, no file of root’s and none of others through nginx',
  play: async (site) => {
    const installed = await site.installed();
    const words = (...lines: readonly string[]): string => ['site', ...lines].join('\n');
    const asked = async (request: string): Promise<string> =>
      site.host.exec(
        `printf '%s\n' '${request}' | sudo -n /usr/local/sbin/landfall-${site.mark} 2>&1; echo "code $?"`,
        'deploy',
      );
    for (const lines of [
      ['.server', '{', '.server_name', '-other.example', ';', '}'],
      ['.server', '{', '.server_name', '-localhost', ';', '.root', '-/etc', ';', '}'],
      ['.server', '{', '.server_name', '-localhost', ';', '.include', '-/etc/shadow', ';', '}'],
      ['.server', '{', '.server_name', '-localhost', ';', '.listen', '-80', '-default_server', ';', '}'],
    ]) {
      const said = await asked(words(...lines));
      demand(/code 64\n$/.test(said), () => `${lines.join(' ')}: ${said}`);
    }
    demand((await site.installed()) === installed, () => 'the site is another one');
    // nginx's workers may read it, and the deploy user can make a link to it
    await site.host.exec(
      `install -o www-data -m 600 /dev/null /srv/others && echo secret >/srv/others
      su deploy -c "mkdir -p ${site.base}/shared/media && ln -sfn /srv/others ${site.base}/shared/media/stolen && ln -sfn /srv ${site.base}/shared/media/folder && echo own >${site.base}/shared/media/own"`,
    );
    for (const path of ['stolen', 'folder/others', 'own']) {
      const { status, body } = await ask(site, `/media/${path}`);
      demand(
        (status === 200) === (path === 'own') && !body.includes('secret'),
        () => `/media/${path}: ${status} ${body}`,
      );
    }
    return 'refused';
  },
};

/** docs/nginx.md on an empty host: one script, one deploy, and what becomes of nginx's site after that. */
export const bootstrap = (options: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'bootstrap',
      show: options.show,
      prepare: () => prepareBootstrap(options),
      about: ({ host, base }) =>
        host.exec(
          `cd ${base}; su deploy -c "sh .landfall/status"; tail -n 15 shared/logs/*.log .landfall/watch.log; tail -n 5 /var/log/nginx/error.log`,
        ),
    },
    [empty, superuser, again, reboot, powerCut, stuck, broken, goesBack, attacks],
  );
