import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '#plan';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { mend } from './adopt-plays.ts';
import { demand, demandWhole, killedSwitched, playAll, type Play } from './play.ts';
import { fallsIn, goesOn, powerCut, reboot } from './reboots.ts';
import type { Site } from './site.ts';
import { flows, kills } from './spine.ts';

/** Beside web. A worker ends with its signal; its work is not what is shown here. */
const beside = `  worker: { command: sleep 1000, role: worker, drain: 20s }
  beat: { command: sleep 1000, role: scheduler, drain: 5s }
`;

const path = '/srv/notes';
const sleeps = '/usr/bin/sleep 1000';
// the application tells its release by a variable; of a unit the folder tells it
const gunicorn = `/bin/sh -c 'SPINE_RELEASE=$$(basename "$$(pwd -P)") exec .venv/bin/gunicorn --config gunicorn.conf.py spine.wsgi'`;

const unit = (
  start: string,
  stops: string,
  { user = 'User=deploy\n', folder = path }: { readonly user?: string; readonly folder?: string } = {},
): string => `[Unit]
Description=Notes
After=network.target
[Service]
${user}WorkingDirectory=${folder}
EnvironmentFile=-${path}/.env
ExecStart=${start}
Restart=always
RestartSec=1
KillMode=mixed
${stops}
[Install]
WantedBy=multi-user.target
`;

const write = (site: Pick<Site, 'host'>, all: Readonly<Record<string, string>>): Promise<string> =>
  site.host.exec(
    Object.entries(all)
      .map(([name, text]) => `cat >/etc/systemd/system/${name}.service <<'UNIT'\n${text}UNIT\n`)
      .join(''),
  );

type Ended = StepEnd & { readonly report: Report };

const deploy = async (site: Site, faults: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const job = site.job();
  const end = await job.uses('deploy-over-ssh', site.deploy({}, faults));
  await job.finish();
  if (end === undefined) throw new Error('the step did not run');
  return { ...end, report: JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as Report };
};

const problemsOf = ({ report }: Ended) => report.fault?.problems ?? [];

/** It is refused, and for what is named, in this order; gives what is to be done. */
const refusedFor = (end: Ended, ...says: readonly RegExp[]): readonly string[] => {
  const found = problemsOf(end);
  const told = (): string => `${found.map(({ what }) => what).join('; ')}\n${end.log.slice(-15).join('\n')}`;
  demand(end.report.result === 'refused' && found.length === says.length, told);
  for (const [index, what] of says.entries()) demand(what.test(found[index]?.what ?? ''), told);
  return found.map(({ next = '' }) => next);
};

const definitions = ({ host }: Site): Promise<string> =>
  host.exec('cd /etc/systemd/system && ls -l *.service && cat web.service worker.service beat.service');

/** How the units are: `web active enabled`. */
const states = async ({ host }: Site, ...names: readonly string[]): Promise<readonly string[]> =>
  (
    await host.exec(
      `for one in ${names.join(' ')}; do echo "$one $(systemctl is-active $one) $(systemctl is-enabled $one)"; done`,
    )
  )
    .trim()
    .split('\n');

const right = {
  web: unit(gunicorn, 'TimeoutStopSec=5'),
  worker: unit(sleeps, 'TimeoutStopSec=20'),
  beat: unit(sleeps, 'TimeoutStopSec=5'),
};

const refused: Play = {
  name: 'what is wrong with units, and what sudo must yet allow, is refused at once, before anything is uploaded; the lines do as they are printed',
  play: async (site) => {
    await site.host.exec('usermod -a -G systemd-journal deploy');
    // systemd's own 90 s; somebody else's; a folder that no release has; and no unit at all
    await write(site, {
      web: unit(gunicorn, 'TimeoutStopSec=5', { user: '', folder: '/opt' }),
      beat: unit(sleeps, ''),
    });
    await site.host.exec('systemctl daemon-reload');
    const nexts = refusedFor(
      await deploy(site),
      /^web\.service runs as root/,
      /^web\.service works in \/opt/,
      /^the system has no unit worker\.service/,
      /^beat\.service may take 90 s to stop, and beat has 5 s/,
      /^deploy may not stop and start what runs from \/srv\/notes/,
    );
    const left = await site.host.exec(
      `cd ${site.base} && ls -d releases staging shared .landfall/transaction 2>/dev/null || true`,
    );
    demand(left === '', () => `it left ${left}`);
    const sudo = nexts.at(-1) ?? '';
    const lines = sudo.split('\n').slice(1);
    demand(
      lines.length === 9 &&
        lines.every((line) =>
          /^deploy ALL=\(root\) NOPASSWD: \/usr\/bin\/systemctl [a-z -]+ [a-z]+\.service$/.test(line),
        ),
      () => sudo,
    );
    await mend(site, sudo);
    await write(site, right);
    await site.host.exec('systemctl daemon-reload && systemctl enable --quiet web worker beat');
    return `${nexts.length} problems, ${lines.length} lines`;
  },
};

const firstFails: Play = {
  name: 'a first deploy that does not come up is undone: no unit runs, and `current` is gone',
  play: async (site) => {
    const before = await definitions(site);
    const end = await deploy(site, { SPINE_EXIT_AT_START: '1' });
    demand(end.report.result === 'undone', () => end.log.slice(-15).join('\n'));
    demand(
      end.log.some((line) => line.includes('SPINE_EXIT_AT_START is set')),
      () => end.log.slice(-30).join('\n'),
    );
    const [now, { current, phase }] = [await states(site, 'web', 'worker', 'beat'), await site.state()];
    demand(
      now.every((line) => / (?:inactive|failed) enabled$/.test(line)),
      () => now.join('; '),
    );
    demand(current === '' && phase === 'undone', () => `${phase}, current leads to ${current}`);
    demand((await definitions(site)) === before, () => 'a unit was changed');
    return now.join('; ');
  },
};

const asTheyAre: Play = {
  name: 'all units run the release, one scheduler is there, and no unit was edited',
  play: async (site) => {
    const { processes, current } = await site.state();
    await demandWhole(site, current);
    for (const name of ['web', 'worker', 'beat'])
      demand(
        processes.some((line) => line.startsWith(`${name} `)),
        () => processes.join('; '),
      );
    const now = await states(site, 'web', 'worker', 'beat');
    demand(
      now.every((line) => line.endsWith(' active enabled')),
      () => now.join('; '),
    );
    const text = await site.host.exec('cd /etc/systemd/system && cat web.service worker.service beat.service');
    demand(text === right.web + right.worker + right.beat, () => text);
    return now.join('; ');
  },
};

const change = (site: Site, subject: string, by: (text: string) => string): void => {
  const yml = 'landfall.yml';
  site.repository.commit(subject, { [yml]: by(readFileSync(join(site.repository.dir, yml), 'utf8')) });
};

const another: Play = {
  name: 'a later release with another scheduler is refused before its upload until its unit and lines are there; the former runs at no boot beside it',
  play: async (site) => {
    const live = (await site.state()).current;
    change(site, 'Another scheduler', (text) => text.replace('  beat:', '  clock:'));
    const before = await site.host.exec(`ls ${site.base}/releases`);
    await write(site, { clock: unit(sleeps, 'TimeoutStopSec=5') });
    await site.host.exec('systemctl daemon-reload && systemctl enable --quiet clock');
    const [sudo = ''] = refusedFor(await deploy(site), /^deploy may not stop and start/);
    demand(
      sudo
        .split('\n')
        .slice(1)
        .every((line) => line.endsWith(' clock.service')),
      () => sudo,
    );
    demand((await site.host.exec(`ls ${site.base}/releases`)) === before, () => 'it was uploaded');
    await demandWhole(site, live);
    await site.host.exec(
      `cat >>/etc/sudoers.d/landfall-notes <<'SUDO'\n${sudo.split('\n').slice(1).join('\n')}\nSUDO\n`,
    );
    const end = await deploy(site);
    demand(end.report.result === 'done', () => end.log.slice(-15).join('\n'));
    demand(
      end.log.some((line) => line.includes('beat.service runs no service any more')),
      () => end.log.join('\n'),
    );
    await demandWhole(site, end.report.release ?? '');
    const there = await states(site, 'clock', 'beat');
    demand(there.join() === 'clock active enabled,beat inactive enabled', () => there.join());
    await site.host.reboot();
    await site.host.exec(
      "timeout 120 sh -c 'until systemctl is-active --quiet clock && ! systemctl is-active --quiet beat; do sleep 0.5; done'",
    );
    await demandWhole(site, end.report.release ?? '');
    change(site, 'The scheduler of before', (text) => text.replace('  clock:', '  beat:'));
    // its unit goes while it runs
    await site.host.exec('cd /etc/systemd/system && rm clock.service */clock.service && systemctl daemon-reload');
    const back = await site.deployed('Back');
    await demandWhole(site, back.outputs['release'] ?? '');
    return there.join('; ');
  },
};

const pending: Play = {
  name: 'a unit that root has changed and systemd has not read is refused, and goes by a daemon-reload',
  play: async (site) => {
    await site.host.exec(
      "mkdir -p /etc/systemd/system/worker.service.d; printf '[Service]\\nNice=5\\n' >/etc/systemd/system/worker.service.d/nice.conf",
    );
    site.commit('Pending');
    const [line = ''] = refusedFor(await deploy(site), /^worker\.service was changed/);
    await site.host.exec(line);
    const end = await site.deployed('Read');
    await demandWhole(site, end.outputs['release'] ?? '');
    return line;
  },
};

/** Lines that a deploy user must get nothing by: other units, more than one, other words, a pattern, another program. */
const calls: readonly string[] = [
  'sudo -n systemctl stop nginx.service',
  'sudo -n systemctl --no-block start ssh.service',
  'sudo -n systemctl reset-failed nginx.service',
  'sudo -n systemctl stop web.service nginx.service',
  'sudo -n systemctl stop web.service --force',
  'sudo -n systemctl stop --root=/tmp web.service',
  'sudo -n systemctl --no-block start web.service nginx.service',
  'sudo -n systemctl start web.service',
  'sudo -n systemctl restart web.service',
  'sudo -n systemctl stop web',
  'sudo -n systemctl stop web.servic?',
  "sudo -n systemctl stop 'web.service worker.service'",
  "sudo -n systemctl stop '*.service'",
  'sudo -n systemctl edit web.service',
  'sudo -n systemctl enable web.service',
  'sudo -n systemctl daemon-reload',
  'sudo -n systemctl link /tmp/web.service',
  'sudo -n systemctl set-property web.service User=root',
  // as one word, sudo takes it for the line's; systemctl does not
  "sudo -n systemctl 'stop web.service'",
  'mkdir -p /tmp/own && cp /usr/bin/id /tmp/own/systemctl && PATH=/tmp/own:$PATH sudo -n /tmp/own/systemctl stop web.service',
  'sudo -n LD_PRELOAD=/tmp/x.so systemctl stop web.service',
  'sudo -n SYSTEMD_PAGER=/tmp/x systemctl stop web.service',
  'sudo -n -u www-data systemctl stop web.service',
  'sudo -n -D /tmp systemctl stop web.service',
  'sudo -n sh -c id',
  'echo x >>/etc/systemd/system/web.service',
  'mkdir /etc/systemd/system/web.service.d && echo x >/etc/systemd/system/web.service.d/x.conf',
  'systemctl --no-ask-password stop web.service',
];

const hostile: Play = {
  name: 'the lines let the deploy user stop and start these units word by word, and nothing else',
  play: async (site) => {
    const live = (await site.state()).current;
    const roots = (): Promise<string> =>
      site.host.exec(
        'cat /etc/systemd/system/*.service /etc/sudoers.d/*; ls -la /etc/systemd/system /etc/sudoers.d; systemctl show --property=MainPID ssh nginx web worker beat',
      );
    const before = await roots();
    for (const line of calls) {
      const said = await site.host.exec(`if out=$({ ${line}; } 2>&1); then echo "done: $out"; fi`, 'deploy');
      demand(said === '', () => `\`${line}\` goes through: ${said}`);
    }
    demand((await roots()) === before, () => 'something of root’s has changed');
    await demandWhole(site, live);
    return `${calls.length} ways`;
  },
};

const away: Play = {
  name: 'services leave their units only when systemd does not start these at boot, and come back',
  play: async (site) => {
    site.manage('systemd');
    const nexts = refusedFor(
      await deploy(site),
      ...['beat', 'web', 'worker'].map((name) => new RegExp(`^${name}\\.service is started at boot`)),
    );
    for (const next of nexts) await site.host.exec(next);
    const end = await deploy(site);
    demand(end.report.result === 'done', () => end.log.slice(-15).join('\n'));
    await demandWhole(site, end.report.release ?? '');
    const gone = await states(site, 'web', 'worker', 'beat');
    demand(
      gone.every((line) => / (?:inactive|failed) disabled$/.test(line)),
      () => gone.join('; '),
    );
    // to units that no boot starts: the host does
    site.manage('units');
    const back = await deploy(site);
    demand(back.report.result === 'done', () => back.log.slice(-15).join('\n'));
    await demandWhole(site, back.report.release ?? '');
    await site.host.reboot();
    await demandWhole(site, back.report.release ?? '');
    const there = await states(site, 'web', 'worker', 'beat');
    demand(
      there.every((line) => line.endsWith(' active disabled')),
      () => there.join('; '),
    );
    // and an undo of such a move brings them back
    site.manage('supervisor');
    await killedSwitched(site, '5s');
    site.manage('units');
    await demandWhole(site, back.report.release ?? '');
    return there.join('; ');
  },
};

/** Deploys whose services are units that root has written, on a host without any program of root's for it. */
export const units = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: true, manager: 'units', beside, title: 'units' }, [
    refused,
    firstFails,
    ...flows,
    asTheyAre,
    ...kills.slice(0, 3),
    fallsIn('switching', powerCut),
    fallsIn('switched', reboot),
    fallsIn('confirmed', reboot),
    another,
    pending,
    hostile,
    away,
    goesOn,
  ]);
