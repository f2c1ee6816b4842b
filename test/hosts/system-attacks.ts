/** What a hostile deploy user may try on a host whose services are units of the system, with real sudo and a real systemd. */
import { forbidden, hostile } from '../../packages/setup/fixtures/requests.ts';
import { markOf } from '../kill/host.ts';
import { demand, demandWhole, type Play } from './play.ts';
import type { Site } from './site.ts';

const programOf = ({ base }: Site): string => `/usr/local/sbin/landfall-${markOf(base)}`;

/** What only root can change: units, sudo's rules, the program, who there is, and what of the system runs. */
const roots = (site: Site): Promise<string> =>
  site.host
    .exec(`cat /etc/systemd/system/*.service /etc/sudoers /etc/sudoers.d/* /etc/passwd /etc/shadow ${programOf(site)}
    ls -la /etc/systemd/system /etc/sudoers.d /usr/local/sbin /etc/cron.d
    systemctl show --property=MainPID ssh nginx cron dbus`);

/** Lines that a deploy user must get nothing by. */
const calls = (program: string): readonly string[] => [
  'sudo -n id',
  'sudo -n sh -c id',
  'sudo -n -s id',
  'sudo -n -i id',
  'sudo -n -e /etc/passwd',
  'sudo -n systemctl restart ssh',
  'sudo -n systemctl daemon-reload',
  `sudo -n ${program} version`,
  `sudo -n ${program} ''`,
  `sudo -n ${program} --`,
  `sudo -n /bin/sh ${program}`,
  `sudo -n -E ${program}`,
  `sudo -n -g shadow ${program}`,
  `sudo -n -u www-data ${program}`,
  `sudo -n -D /tmp ${program}`,
  `sudo -n LD_PRELOAD=/tmp/x.so ${program}`,
  `sudo -n PATH=/tmp ${program}`,
  `sudo -n folder=/tmp ${program}`,
  // another file of that name, and another way to write its path
  `mkdir -p /tmp/own && echo 'id' >/tmp/own/${program.split('/').at(-1) ?? ''} && chmod +x /tmp/own/* && sudo -n /tmp/own/*`,
  `sudo -n ${program}.new`,
  `sudo -n ${program.replace('/sbin/', '/sbin/../bin/')}`,
  // what it is made of
  `echo x >>${program}`,
  `touch ${program}.new`,
  `mv ${program} /tmp/`,
  `echo x >/etc/sudoers.d/x`,
  `touch /etc/systemd/system/landfall-x.service`,
  `echo x >>/run/landfall-x.lock`,
  // without sudo: polkit and the bus
  'systemctl --no-ask-password restart ssh',
  'systemctl --no-ask-password daemon-reload',
  'systemd-run --no-ask-password --wait --quiet id',
];

const rights: Play = {
  name: 'sudo lets the deploy user call that one program, without an argument, and nothing else',
  play: async (site) => {
    const before = await roots(site);
    for (const line of calls(programOf(site))) {
      const said = await site.host.exec(
        `if out=$(echo version | { ${line}; } 2>&1); then echo "done: $out"; fi`,
        'deploy',
      );
      demand(said === '', () => `\`${line}\` goes through: ${said}`);
    }
    const listed = await site.host.exec('sudo -n -l', 'deploy');
    const may = listed.split('\n').filter((line) => /^ {4}\(/.test(line));
    demand(may.length === 1 && may[0]?.trim() === `(root) NOPASSWD: ${programOf(site)} ""`, () => listed);
    demand((await roots(site)) === before, () => 'something of root’s has changed');
    return `${calls('').length} ways`;
  },
};

const requests: Play = {
  name: 'requests that are none are refused by it, and change nothing',
  play: async (site) => {
    const before = await roots(site);
    const all = [...hostile, ...forbidden.map((line) => `units\n[web]\n${line}\n`)];
    const encoded = all.map((request) => Buffer.from(request).toString('base64')).join(' ');
    const codes = await site.host.exec(
      `for one in ${encoded}; do printf %s "$one" | base64 -d | sudo -n ${programOf(site)} >/dev/null 2>&1; echo $?; done`,
      'deploy',
    );
    const wrong = codes
      .trim()
      .split('\n')
      .filter((code) => code !== '64');
    demand(wrong.length === 0, () => `of ${all.length} some end with ${wrong.join(', ')}`);
    demand((await roots(site)) === before, () => 'something of root’s has changed');
    return `${all.length} requests`;
  },
};

const links: Play = {
  name: 'nothing that the deploy user puts into the base is read, written or run as root',
  play: async (site) => {
    const { host, base } = site;
    const live = (await site.state()).current;
    const [program, log] = [programOf(site), `${base}/shared/logs/web.log`];
    await host.exec('echo untouched >/etc/victim; chmod 600 /etc/victim');
    const restart = `echo restart web | sudo -n ${program}`;
    // a log that leads to a file of root's: systemd, were it to open it, would do so as root
    await host.exec(`mv ${log} ${log}.kept && ln -s /etc/victim ${log} && ${restart}`, 'deploy');
    await host.exec('sleep 3');
    demand((await host.exec('cat /etc/victim')) === 'untouched\n', () => 'a log was written where a link leads');
    await host.exec(`mv -f ${log}.kept ${log}`, 'deploy');
    // what the unit runs is the deploy user's, and so is all that it can do
    const start = `${base}/.landfall/run/start`;
    await host.exec(
      `mv ${start} ${start}.kept && echo 'id >/tmp/who; grep -E "^(Cap|Groups)" /proc/self/status >>/tmp/who; cat /etc/shadow >>/tmp/who; echo over >>/tmp/who; sleep 600' >${start}; ${restart}; timeout 300 sh -c 'until grep -qx over /tmp/who 2>/dev/null; do sleep 0.1; done'`,
      'deploy',
    );
    const who = await host.exec('cat /tmp/who');
    const identity = await host.exec('id', 'deploy');
    demand(who.split('\n')[0] === identity.trim(), () => who);
    demand(/^CapEff:\t0+$/m.test(who) && /^CapPrm:\t0+$/m.test(who) && !who.includes('root:'), () => who);
    await host.exec(`mv -f ${start}.kept ${start} && ${restart}`, 'deploy');
    // folders that lead elsewhere
    await host.exec(
      `mv ${base}/shared ${base}/shared.kept && ln -s /etc ${base}/shared && ${restart}; sleep 1`,
      'deploy',
    );
    demand((await host.exec('ls /etc/logs 2>/dev/null || true')) === '', () => 'a folder was made in /etc');
    await host.exec(`rm ${base}/shared && mv ${base}/shared.kept ${base}/shared && ${restart}`, 'deploy');
    await demandWhole(site, live);
    return who.split('\n')[0] ?? '';
  },
};

export const attacks: readonly Play[] = [rights, requests, links];
