import { spanOf } from '#plan';
import { unitSettings } from '../definition/unit.ts';
import { commandOf } from './command.ts';
import { directory, time, user, variables } from './common-rules.ts';
import { agrees, refused, settled, taken } from './rule.ts';
import type { Grounds, Outcome, Rule } from './rule.ts';
import { unitEscape, wordsOf } from './words.ts';

const yes = ['yes', 'true', 'on', '1'];
const no = ['no', 'false', 'off', '0'];

const megabytes = (value: string): string => {
  const [, count = '', letter = ''] = /^(\d+)([KMGT]?)$/.exec(value) ?? [];
  const bytes = Number(count) * 1024 ** ' KMGT'.indexOf(letter || ' ');
  return count !== '' && bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}M` : value;
};

const switches = ['NoNewPrivileges', 'PrivateTmp'];

/** A value as landfall.yml has it; undefined: it limits nothing. */
const settingOf = (key: string, value: string): unknown => {
  if (switches.includes(key)) return no.includes(value) ? undefined : yes.includes(value) || value;
  if (value === 'infinity') return undefined;
  if (key.startsWith('Memory')) return megabytes(value);
  return /^-?\d+$/.test(value) ? Number(value) : value;
};

/** A setting that a unit of Landfall's can have. */
const setting = (key: keyof typeof unitSettings): Rule => ({
  gives: 'unit',
  read: ({ value }) => {
    const raw = settingOf(key, value);
    return raw === undefined ? { settled: true } : taken(unitSettings[key], raw, () => ({ unit: { [key]: raw } }));
  },
});

const settings = Object.fromEntries(
  Object.keys(unitSettings).map((key) => [key, setting(key as keyof typeof unitSettings)]),
);

/** A limit of systemd's: 0 is none. */
const limit = (value: string): number => {
  const ms = spanOf(value);
  return ms === 0 ? Infinity : ms;
};

const words = (text: string): ReturnType<typeof wordsOf> => wordsOf(text, unitEscape);

const command: Rule = {
  gives: 'command',
  list: true,
  read: ({ value }, on) => {
    const [prefix = ''] = /^[-@:+!|]*/.exec(value) ?? [];
    return prefix === ''
      ? commandOf(value, { words, percent: () => ({ '%%': '%' }), variables: true }, on)
      : {
          what: `${prefix} before the command is not followed${/[+!]/.test(prefix) ? ': it would run with other rights' : ''}`,
          next: 'begin with the path of the program',
        };
  },
};

const environment: Rule = {
  list: true,
  read: ({ value }, on): Outcome => {
    const all = words(value);
    // why not shows a bit of the value
    if (typeof all === 'string') return { what: 'its quotes or backslashes cannot be read', next: 'mend the line' };
    return variables(all, on);
  },
};

const environmentFile: Rule = {
  list: true,
  read: ({ value }, { roots, shared }: Grounds) =>
    [...roots, shared].some((root) => value.replace(/^-/, '') === `${root}/.env`)
      ? { settled: true }
      : { what: 'a service has the variables of .env, and no other file', next: 'say {current}/.env, or leave it out' },
};

const hooks = 'let the application do it, or a hook of landfall.yml (docs/hooks.md)';
const before = refused('Landfall runs the service alone', hooks);
const dependency = refused('would stop the service outside of a switch', 'say After= and Wants=');
const foreground = 'let it stay in the foreground, and say Type=exec (celery worker, not celery multi)';

/** What lines of a unit mean, by section and key. */
export const unitRules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  Unit: {
    Description: settled,
    Documentation: settled,
    After: settled,
    Before: settled,
    Wants: settled,
    StartLimitIntervalSec: settled,
    StartLimitBurst: settled,
    // it is started again until what it needs is there
    Requires: {
      list: true,
      read: ({ value }) =>
        /\.socket\b/.test(value)
          ? {
              what: 'a socket of systemd would start it too',
              next: 'let the program listen itself: --bind 127.0.0.1:8000',
            }
          : { settled: true },
    },
    BindsTo: dependency,
    PartOf: dependency,
    Requisite: dependency,
    Conflicts: dependency,
    OnFailure: refused('nobody is told by systemd', 'use `notify` of landfall.yml (docs/notices.md)'),
  },
  Service: {
    ExecStart: command,
    TimeoutStopSec: time('drain', limit),
    TimeoutStartSec: time('boot', limit),
    ...settings,
    User: user,
    Group: {
      read: ({ value }, on) =>
        value === on.user
          ? { settled: true }
          : {
              what: `services run in the group of the SSH user, ${on.user}`,
              next: 'leave it out; let nginx reach the service by 127.0.0.1, not by a socket of a group',
            },
    },
    WorkingDirectory: directory,
    Environment: environment,
    EnvironmentFile: environmentFile,
    Type: agrees(['simple', 'exec', 'idle', 'notify'], foreground),
    NotifyAccess: settled,
    Restart: agrees(['always', 'on-failure', 'on-abnormal', 'on-abort'], 'a service is started again whenever it ends: say Restart=always'), // prettier-ignore
    RestartSec: settled,
    KillMode: agrees(['mixed', 'control-group'], 'say KillMode=mixed: TERM to the main process, then none is left'),
    KillSignal: agrees(['SIGTERM', 'TERM', '15'], 'TERM it is: start the program by a script that passes another signal on'), // prettier-ignore
    SendSIGKILL: agrees(yes, 'what does not end in time is killed: leave it out'),
    UMask: agrees(['022', '0022'], 'leave it out'),
    ExecReload: settled,
    ExecStop: {
      read: ({ value }) =>
        /^\/(?:usr\/)?bin\/kill (?:-s |-)?(?:(?:SIG)?TERM )?\$\{?MAINPID\}?$/.test(value)
          ? { settled: true }
          : { what: 'a service is stopped by TERM to its main process', next: 'leave it out' },
    },
    ExecStartPre: before,
    ExecStartPost: before,
    ExecStopPost: before,
    ExecCondition: before,
    RuntimeDirectory: refused('nobody makes it', 'have root make it at each boot: a line in /etc/tmpfiles.d'),
    RemainAfterExit: agrees(no, foreground),
    StandardOutput: settled,
    StandardError: settled,
    SyslogIdentifier: settled,
  },
};

/** What a service may have of a unit ends here. */
export const beyondUnit = 'leave it out; what a unit shall have beyond is a drop-in of your own, which Landfall leaves alone (docs/services.md)'; // prettier-ignore
