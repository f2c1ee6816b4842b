import { createHash } from 'node:crypto';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { unitsProgram } from '#setup';
import { listTree, readTree, restoreTree, type Tree } from './tree.ts';
import { residentFile } from './scenario.ts';
import { handMade, servicesOf, servingOf, supervisorOf } from './processes.ts';
import type { Target } from './target.ts';

/** Programs that stand in front of the host's: no waiting, no watchdog that would go on by itself, and no systemd of the user's. */
const standIns: Readonly<Record<string, string>> = {
  // no systemd, whatever the machine has: a real one would be given units by these tests. makeManager puts another in front
  loginctl: 'exit 1',
  setsid: 'case "$*" in\n  *" watch") exit 0 ;;\nesac\nexec /usr/bin/setsid "$@"',
  // translations are compiled by the Python below
  msgfmt: 'exit 0',
  // an uv that does so too
  uv: 'mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"\ncp "$(command -v quick-python)" "$UV_PROJECT_ENVIRONMENT/bin/python"',
  // an engine that keeps what it has pulled, by name, in a folder beside the target
  docker: `images=$HOME/images
mkdir -p "$images"
file() { printf '%s/%s' "$images" "$(printf '%s' "$1" | tr '/:@' '___')"; }
case "$1 $2" in
  "context inspect") echo unix:///var/run/docker.sock ;;
  "pull --quiet") [ ! -e "$DOCKER_CONFIG/config.json" ] || echo sha256:id >"$(file "$3")" ;;
  "image inspect")
    case "$4" in
      *RepoDigests*) [ ! -e "$images/127.0.0.1_4321_landfall_app_sha256_aa" ] || echo '127.0.0.1:4321/landfall/app@sha256:aa' ;;
      *) cat "$(file "$5")" ;;
    esac ;;
  "rmi --no-prune") rm -f "$(file "$3")" ;;
  tag*) cp "$(file "$2")" "$(file "$3")" ;;
esac`,
  // a Python that makes an environment, installs and migrates at once
  'quick-python':
    'case "$1 $2" in\n  "-m venv")\n    mkdir -p "$3/bin"\n    cp "$0" "$3/bin/python" ;;\n  "-m pip") echo done >"$(dirname "$0")/../installed" ;;\n  "manage.py migrate") echo migrated >"$PWD/../../shared/database" ;;\n  "manage.py compilemessages") echo compiled >locale/it/LC_MESSAGES/django.mo ;;\n  "manage.py collectstatic")\n    mkdir -p static\n    echo css >static/app.css ;;\nesac',
};

/** A systemd of the user's, beside its systemctl. What `systemd-run` was asked to start is in $HOME/asked; it is not started. */
const managerStandIns: Readonly<Record<string, string>> = {
  loginctl: 'echo yes',
  'systemd-run': 'printf "%s\\n" "$*" >>"$HOME/asked"',
};

/** An nginx that takes what does not say `broken`, and warns of a name that two sites have. Its words name the file and the line. */
export const nginxStandIn = `folder=$(sed -n 's|^ *include *\\(.*\\)/\\*;|\\1|p' "$3")
for file in "$folder"/*; do
  line=$(grep -n -m 1 broken "$file" 2>/dev/null | cut -d : -f 1)
  [ -z "$line" ] || { echo "nginx: [emerg] unknown directive \\"broken\\" in $file:$line" >&2; exit 1; }
done
cat "$folder"/* 2>/dev/null | grep -o 'taken[.]example' | sort | uniq -d | sed 's/.*/nginx: [warn] conflicting server name "&" on 0.0.0.0:80, ignored/' >&2
echo "nginx: configuration file $3 test is successful" >&2`;

const makePrograms = (folder: string, programs: Readonly<Record<string, string>>): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
};

/** Makes the folder of stand-ins, once. */
export const makeStandIns = (folder: string): void => {
  makePrograms(folder, standIns);
  symlinkSync('/bin/true', join(folder, 'sleep'));
};

/** Makes the folder of those that go before them where the user has a systemd that lingers. */
export const makeManager = (folder: string): void => {
  makePrograms(folder, managerStandIns);
  // a copy: tests put others in its place
  copyFileSync(new URL('../lab/systemd-stand-in/systemctl', import.meta.url), join(folder, 'systemctl'));
};

/** For what a site may be on a host of a test. */
export const siteDomain = 'example.org';

/**
 * What root's program is on a host of a test: the same text but for what only root may write to, which lies in HOME.
 * @param target the base, or words of sh that give it
 */
export const rootProgram = (target = '${HOME%/home}'): string => {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^PATH=.*$/m, ':'],
    [/^runs_as=.*$/m, `runs_as=${userInfo().username}`],
    [/^target=.*$/m, `target=${target}`],
    [/^mark=.*$/m, `mark=$(printf '%s' "$target" | cksum | cut -d ' ' -f 1)`],
    [/^folder=.*$/m, 'folder=$HOME/.config/systemd/system'],
    [/^lock=.*$/m, 'lock=$HOME/../../units.lock'],
    [/^domains=.*$/m, `domains='${siteDomain} www.${siteDomain}'`],
    [/^nginx=.*$/m, 'nginx=$HOME/nginx'],
    [/^scratch=.*$/m, 'scratch=$HOME/../../root'],
    [/^sites_lock=.*$/m, 'sites_lock=$HOME/../../sites.lock'],
    [/env -i /, 'env -i HOME="$HOME" '],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`units.sh has no ${from.source}`);
    return text.replace(from, () => to);
  }, unitsProgram);
};

/** What tells a target's units from those of others, as manager.sh makes it. */
export const markOf = (base: string): string =>
  execFileSync('cksum', { input: base, encoding: 'utf8' }).split(' ')[0] ?? '';

/** Makes what makeManager makes, and what the setup script does for units of the system: root's program, and a sudo that starts it. */
export const makeRoot = (folder: string, { base }: Pick<Target, 'base'>): void => {
  makeManager(folder);
  makePrograms(folder, { sudo: '[ "$*" = "-n $2" ] && shift && exec "$1"', nginx: nginxStandIn });
  writeFileSync(join(folder, `landfall-${markOf(base)}`), rootProgram(), { mode: 0o755 });
};

/** Makes what makeManager makes, and a sudo that lets the deploy user do what it names, or all of it: what it is asked for is what the stand-ins do. */
export const makeSudo = (folder: string, allowed: readonly string[] = ['ALL']): void => {
  makeManager(folder);
  makePrograms(folder, {
    sudo: `case "$*" in
  "-n -l") echo '    (root) NOPASSWD: ${allowed.join(', ')}' ;;
  "-n /"*) name=\${2##*/}; shift 2; exec "$name" "$@" ;;
  *) exit 1 ;;
esac`,
  });
};

/** Makes the folder of the system's units, as every system has it; and that of nginx, as Debian has it. */
export const makeUnitFolder = (home: string): void => {
  mkdirSync(join(home, '.config/systemd/system'), { recursive: true });
  mkdirSync(join(home, 'nginx/sites-enabled'), { recursive: true });
  writeFileSync(join(home, 'nginx/nginx.conf'), `http {\n  include ${home}/nginx/sites-enabled/*;\n}\n`);
};

// what is of a process, not of the state: written anew when the processes are
const volatile = (path: string): boolean =>
  path === '.landfall/run/supervisord.pid' ||
  (/^\.landfall\/run\/stand-in\/[^/]+$/.test(path) && path !== '.landfall/run/stand-in/active');

const knownFile = '.landfall/run/known';

/** What supervisord was told last, with the pid of the one that was told: that it is the one that runs counts, not its number. */
const knownOf = ({ tree }: State, pid: string): string => {
  const [known, told] = [knownFile, '.landfall/run/supervisord.pid'].map((path) => {
    const entry = tree.get(path);
    return entry?.kind === 'file' ? entry.content.toString() : '';
  });
  return (known ?? '').replace(/^\d+/, (own) => (own === told?.trim() ? pid : '0'));
};

// history, descriptors of locks, logs: apart from what is compared
const apart = (path: string): boolean =>
  volatile(path) ||
  /^\.landfall\/(?:journal\.jsonl|running|mutex|watch\.lock|watch\.log|beat|reserve|run\/(?:known|supervisord\.(?:out|log)))$/.test(
    path,
  ) ||
  /^shared\/logs\/./.test(path) ||
  path === 'home/asked' ||
  /^\.landfall\/adopted\/times/.test(path) ||
  /^envs\/[^/]*\.lock$/.test(path);

const comparedKeys = /^(?:kind|phase|release|previous|within)=/;

/** A state of the host: its files and what runs. */
export type State = { readonly tree: Tree; readonly processes: readonly string[] };

export const readState = (target: Target): State => ({
  tree: readTree(target.base),
  processes: [
    ...servingOf(target.base),
    supervisorOf(target.base) === undefined ? 'no supervisord' : 'supervisord',
  ].sort(),
});

/** All that must be the same after a kill as without one: journal, numbers, times, logs, half-written *.new and the reserve are apart. */
export const fingerprint = ({ tree, processes }: State): readonly string[] => [
  ...processes,
  ...listTree(tree, (path, bytes) => {
    // names of units are kept for as long as there are such units, whatever came of the release that brought them
    if (
      apart(path) ||
      path === '.landfall/units' ||
      /\.new$/.test(path) ||
      /^trees\/[^/]*\.(?:drop|keep|now|was|true|changed)$/.test(path)
    )
      return undefined;
    if (path === '.landfall/transaction')
      return bytes
        .toString()
        .split('\n')
        .filter((line) => comparedKeys.test(line))
        .sort()
        .join(' ');
    return bytes.length > 200
      ? `${bytes.length} bytes ${bytes.toString('latin1').slice(0, 40)}`
      : JSON.stringify(bytes.toString());
  }).map((line) => line.replace(/^(\.landfall\/notices\.t)\d+/, '$1N')),
];

/** All that the next program could see, leftovers too; only times, pids and history apart. Two kills with the same one are one case. In short.
 * One program decides by history: `told_of`, by the journal. What it does with it is killed apart, in `telling.test.ts`. */
export const whatIsSeen = (state: State): string => {
  const all = [
    ...state.processes,
    ...listTree(state.tree, (path, bytes) => {
      // the program itself, while it runs
      if (path === residentFile) return undefined;
      if (path === knownFile) return knownOf(state, 'own');
      if (apart(path) && !/reserve|stand-in/.test(path)) return undefined;
      if (volatile(path)) return '';
      if (/^\.landfall\/transaction/.test(path))
        return bytes.toString().replaceAll(/^(deadline|opened)=[1-9]\d*$/gm, '$1=some');
      return bytes.length > 4096 ? `${bytes.length}` : bytes.toString('latin1');
    }),
  ];
  // what lies in the trash has a pid in its name
  const text = all.join('\n').replaceAll(/^(\.landfall\/trash\/[^/\n]*\.)\d+(?=[/ ])/gm, '$1');
  return createHash('sha1').update(text).digest('hex');
};

const identities = (target: Target): string => JSON.stringify([servicesOf(target.base), supervisorOf(target.base)]);

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
};

/** Ends what the target runs. */
export const endProcesses = (target: Target): void => {
  const supervisor = supervisorOf(target.base);
  if (supervisor !== undefined) kill(supervisor);
  for (const { pid } of servicesOf(target.base)) kill(pid);
};

/** A state to come back to, as often as wanted. Processes are made again at once, without supervisor's stand-in: it only needs to find them. */
export const keepState = (target: Target): { readonly state: State; readonly restore: () => void } => {
  const run = join(target.base, '.landfall/run');
  const state = readState(target);
  const services = servicesOf(target.base);
  const serves = supervisorOf(target.base) !== undefined;
  const socket = join(target.base, '../socket-kept');
  rmSync(socket, { force: true });
  if (serves) linkSync(join(run, 'supervisor.sock'), socket);
  let live = identities(target);
  const restoreKnown = (): void => {
    if (state.tree.has(knownFile))
      writeFileSync(join(target.base, knownFile), knownOf(state, String(supervisorOf(target.base) ?? 0)));
  };
  return {
    state,
    restore: () => {
      restoreTree(target.base, state.tree, volatile);
      if (identities(target) === live) {
        restoreKnown();
        return;
      }
      endProcesses(target);
      while (servicesOf(target.base).length > 0) {
        spawnSync('/bin/sleep', ['0.002']);
        endProcesses(target);
      }
      for (const name of ['supervisor.sock', 'supervisord.pid', 'stand-in/wait'])
        rmSync(join(run, name), { force: true });
      if (serves) {
        linkSync(socket, join(run, 'supervisor.sock'));
        const waits = begin(run, {}, 'sh', '-c', 'read -r _', 'supervisord', '-c', join(run, 'supervisord.conf'));
        writeFileSync(join(run, 'supervisord.pid'), `${waits}\n`);
      }
      if (existsSync(join(run, 'stand-in'))) {
        for (const name of readdirSync(join(run, 'stand-in')))
          if (name !== 'active') rmSync(join(run, 'stand-in', name));
        for (const { service, release } of services) {
          // what people start knows nothing of releases
          const made = release === 'hand-made' || existsSync(join(target.base, handMade));
          const cwd = join(target.base, release === 'hand-made' ? handMade : `releases/${release}`);
          const environment = { LANDFALL_SERVICE: service, ...(made ? {} : { LANDFALL_RELEASE: release }) };
          const pid = begin(cwd, environment, '/bin/sleep', '1000');
          writeFileSync(join(run, 'stand-in', service), `${pid} ${born(pid)}\n`);
        }
      }
      restoreKnown();
      live = identities(target);
    },
  };
};

/** A process of its own, as setsid would begin it. Its stdin never ends. */
const begin = (cwd: string, env: NodeJS.ProcessEnv, file: string, ...args: readonly string[]): number => {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  return child.pid ?? 0;
};

/** When a process began, in ticks since boot: field 22 of its stat. */
const born = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')[19] ?? '';

/** Is the mutex free (a child that outlived its program ends within seconds, a leak never does)? */
export const mutexFree = (target: Target): boolean =>
  !existsSync(join(target.base, '.landfall/mutex')) ||
  spawnSync('flock', ['-w', '60', join(target.base, '.landfall/mutex'), 'true']).status === 0;

/** Changes a line of the transaction by hand: another boot mark, a deadline that is over. */
export const editTransaction = (target: Target, key: string, value: string): void => {
  const file = join(target.base, '.landfall/transaction');
  writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`));
};
