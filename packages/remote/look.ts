import type { Found, Kept, Manager, Pace, Phase, Process } from '#plan';
import { lists } from './program.ts';

const releaseOf = (link: string): string => link.replace(/^releases\//, '');

const kept = (line: string): Kept => {
  const [id = '', hash = '', env = '', environment = '', at = '0', preparedBy = ''] = line.split(' ');
  return {
    id,
    hash,
    env: env === '-' ? undefined : env,
    environment,
    at: Number(at),
    preparedBy: preparedBy.split(',').filter(Boolean),
  };
};

/** A `service pid release verdict` line. */
export const processOf = (line: string): Process => {
  const [service = '', pid = '0', release = '-', verdict = 'missing'] = line.split(' ');
  return { service, pid: Number(pid), release, verdict: verdict as Process['verdict'] };
};

const paceOf = (line: string): Pace => {
  const [schedulers = 0, others = 0, boot = 0] = line.split(' ').map((seconds) => Number(seconds) * 1000);
  return { schedulers, others, boot };
};

/** What look.sh printed, typed. */
export const foundOf = (stdout: Buffer): Found => {
  const lines = lists(stdout);
  const one = new Map(lines);
  const get = (key: string): string => one.get(key) ?? '';
  const all = (key: string): readonly string[] => lines.flatMap(([k, value]) => (k === key ? [value] : []));
  const number = Number(get('number'));
  const beat = get('beat');
  return {
    user: get('user'),
    home: get('home'),
    number,
    kind: get('kind'),
    phase: get('phase') as Phase,
    release: get('release'),
    previous: get('previous'),
    of: get('of'),
    seen: `${number}:${get('phase')}:${get('driver')}:${beat}`,
    claim:
      number === 0
        ? undefined
        : {
            repository: get('claim.repository'),
            run: get('claim.run'),
            attempt: Number(get('claim.attempt')),
            token: get('claim.token'),
            driver: get('claim.driver'),
            actor: get('claim.actor'),
            url: get('claim.url'),
            commit: get('claim.commit'),
          },
    remaining: Number(get('remaining')),
    booted: get('booted') === 'yes',
    unchecked: get('claim.checked') === 'no',
    hookDue: get('claim.hooks') === 'due',
    silence: Number(get('silence')),
    journal: Buffer.from(get('journal'), 'base64').toString('utf8'),
    path: get('at.path'),
    base: get('at.base'),
    parent: { path: get('parent'), writable: get('parent.writable') === 'yes' },
    baseNearest: { path: get('base.nearest'), writable: get('base.writable') === 'yes' },
    free: { bytes: Number(get('free.bytes')), inodes: Number(get('free.inodes')) },
    programs: new Map(
      lines.flatMap(([key, value]) => (key.startsWith('program.') ? [[key.slice(8), value] as const] : [])),
    ),
    manager: get('manager') === 'yes',
    systemd: get('systemd') === 'yes',
    systemUnits: get('system.units') === 'yes',
    servicesUnder: get('services.under') as Manager,
    python: {
      version: get('python.version'),
      platform: get('python.platform'),
      libc: get('python.libc'),
      pip: get('python.pip'),
      uv: get('python.uv'),
    },
    current: releaseOf(get('current')),
    releases: all('has').map(kept),
    environments: all('env'),
    sharedEnv: one.has('shared.env')
      ? { hash: get('shared.env'), names: get('shared.names').split(' ').filter(Boolean) }
      : undefined,
    processes: all('process').map(processOf),
    drifted: all('drift').map((path) => path.replace(/^\.\//, '')),
    edited: all('edited'),
    pace: paceOf(get('pace')),
    listening: all('listening').map(Number),
    clock: Number(get('clock')),
  };
};
