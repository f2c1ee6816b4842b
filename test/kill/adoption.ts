import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { residentBody } from '../../packages/remote/transaction-programs.ts';
import { answered, looked, openInput, switchInput } from './deploy.ts';
import { makeUnitFolder } from './host.ts';
import { handMade } from './processes.ts';
import { idle, makeRelease, run, runProgram, type Ran, type Target } from './target.ts';

const roles = { web: 'web', tasks: 'worker', beat: 'scheduler' } as const;

/** The release that it becomes. */
export const adopted = 'adopted-1234567';

/** A target whose `path` is where people have installed the application. */
export const byHand = (target: Target): Target => ({ ...target, path: join(target.base, handMade) });

/** The file of their supervisord. It lies where that of Landfall's would: tests then keep and restore the processes of either. */
export const theirConf = ({ base }: Target): string => join(base, '.landfall/run/supervisord.conf');

/** What each program calls: it goes through `path` when it starts, whatever is there. */
export const launcher = (path: string): string =>
  `#!/bin/sh\ncd '${path}' || exit 1\nLANDFALL_SERVICE=$1\nexport LANDFALL_SERVICE\nexec /bin/sleep 1000\n`;

const files: Readonly<Record<string, string>> = {
  'manage.py': 'print("made by hand")\n',
  '.env': 'SECRET_KEY=very-much-so\n',
  'db.sqlite3': 'rows',
  'db.sqlite3-wal': 'newer rows',
  'media/2026/cat.jpg': 'cat',
  'var/log/app.log': 'a line\n',
  'venv/pyvenv.cfg': 'home = /usr/bin\n',
};

/** What of it outlives releases. */
export const lent = ['db.sqlite3', 'media', 'var/log', 'spool'];

/** Who keeps it running: a supervisord of the deploy user's, or units of the system. */
export type Keeper = 'supervisor' | 'units';

/** Installs the application as people do, and starts it. */
export const installByHand = async (target: Target, keeper: Keeper = 'supervisor'): Promise<Target> => {
  const at = byHand(target);
  const { base, path } = at;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  mkdirSync(join(base, 'elsewhere'), { recursive: true });
  symlinkSync('../../elsewhere', join(path, 'spool'));
  mkdirSync(join(base, 'log'), { recursive: true });
  mkdirSync(join(path, 'run'));
  writeFileSync(join(path, 'run/start'), launcher(path));
  await begin[keeper](at);
  for (const id of ['r1', 'r2']) {
    makeRelease(at, id, Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, { ...idle, role }])));
    const release = join(base, 'releases', id);
    mkdirSync(join(release, 'run'));
    writeFileSync(join(release, 'run/start'), launcher(path));
    for (const name of ['db.sqlite3', 'media']) symlinkSync(`../../shared/${name}`, join(release, name));
  }
  return at;
};

const begin: Readonly<Record<Keeper, (at: Target) => Promise<void>>> = {
  supervisor: async (at) => {
    const programs = join(dirname(theirConf(at)), 'programs');
    mkdirSync(programs, { recursive: true });
    writeFileSync(theirConf(at), '[supervisord]\n');
    for (const name of Object.keys(roles))
      writeFileSync(
        join(programs, `${name}.conf`),
        `[program:${name}]\ncommand=/bin/sh ${at.path}/run/start ${name}\nstdout_logfile=${at.base}/log/${name}.log\n`,
      );
    good(await run(at, ['supervisord', '-c', theirConf(at)]));
  },
  units: async (at) => {
    makeUnitFolder(at.home ?? '');
    mkdirSync(dirname(theirConf(at)), { recursive: true });
    for (const name of Object.keys(roles))
      writeFileSync(
        join(at.home ?? '', '.config/systemd/system', `${name}.service`),
        `# kept in ${dirname(theirConf(at))}/stand-in\n[Service]\nExecStart=/bin/sh ${at.path}/run/start ${name}\nStandardOutput=append:${at.base}/log/${name}.log\n`,
      );
    good(await run(at, ['systemctl', 'start', ...Object.keys(roles).map((name) => `${name}.service`)]));
  },
};

const good = (ran: Ran): Ran => {
  if (ran.code !== 0) throw new Error(`a step of the preparation failed with ${ran.code}: ${ran.stderr}`);
  return ran;
};

/** What is written about it, as `adopt` reads it. */
export const factsOf = (target: Target, shared: readonly string[] = lent, keeper: Keeper = 'supervisor'): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-facts-'));
  mkdirSync(join(folder, 'services'));
  const facts = {
    'RELEASE.json': '{}\n',
    release: `id=${adopted}\nhash=00\ncommit=1234567\nenvironment=\nvenv=\ndirectory=.\nleaves=\nkeeper=${keeper}\nsupervisor=${theirConf(target)}\n`,
    programs: Object.keys(roles)
      .map((name) => `${name} ${name}\n`)
      .join(''),
    shared: shared.map((path) => `${path}\n`).join(''),
    ...Object.fromEntries(
      Object.entries(roles).map(([name, role]) => [`services/${name}`, `role=${role}\ndrain=2\nboot=5\nlisten=\n`]),
    ),
  };
  for (const [name, text] of Object.entries(facts)) writeFileSync(join(folder, name), text);
  const { stdout } = spawnSync('tar', ['-C', folder, '-czf', '-', ...Object.keys(facts)]);
  rmSync(folder, { recursive: true });
  return stdout;
};

export const lendInput = ({ base, path }: Target) => ({ base, path, env: true, shared: lent });
export const adoptInput = ({ base, path }: Target, number = 1) => ({ base, number, path, release: adopted });

/** Opens as a deploy does that adopts: no link is made. */
export const openAdopting = async (target: Target, release: string): Promise<number> => {
  const { seen } = await looked(target);
  const opened = await runProgram(target, 'open', { ...openInput(target, release, { seen }), path: '' }, {
    stdin: residentBody,
  }); // prettier-ignore
  return Number(answered(good(opened), 'number'));
};

/** Lends, opens and notes it: what is there before the switch. */
export const noted = async (target: Target, keeper: Keeper = 'supervisor'): Promise<number> => {
  good(await runProgram(target, 'lend', lendInput(target)));
  const number = await openAdopting(target, 'r1');
  good(await runProgram(target, 'adopt', adoptInput(target, number), { stdin: factsOf(target, lent, keeper) }));
  return number;
};

export const switchedAdopting = async (target: Target, keeper: Keeper = 'supervisor'): Promise<number> => {
  const number = await noted(target, keeper);
  good(await runProgram(target, 'switch', switchInput(target, number, 'r1')));
  return number;
};

export const confirmedAdopting = async (target: Target, keeper: Keeper = 'supervisor'): Promise<number> => {
  const number = await switchedAdopting(target, keeper);
  good(await runProgram(target, 'confirm', { base: target.base, number }));
  return number;
};

export const contentOf = (target: Target, name: string): string => readFileSync(join(target.path, name), 'utf8');
