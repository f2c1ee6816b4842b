import { commandOf } from './command.ts';
import { directory, time, user, variables } from './common-rules.ts';
import { agrees, settled } from './rule.ts';
import type { Rule } from './rule.ts';
import { programEscape, wordsOf } from './words.ts';

const seconds = (value: string): number => (/^\d+$/.test(value) ? Number(value) * 1000 : NaN);

const command: Rule = {
  gives: 'command',
  read: ({ value }, on) =>
    commandOf(
      value,
      {
        words: (text) => wordsOf(text, programEscape),
        percent: ({ service }) => ({ '%%': '%', '%(program_name)s': service }),
        variables: false,
      },
      on,
    ),
};

const pair = /\s*(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,"'=]*))\s*(?:,|$)/gy;

const environment: Rule = {
  read: ({ value }, on) => {
    const pairs = [...value.matchAll(pair)];
    if (pairs.map(([all]) => all).join('') !== value)
      return { what: 'it cannot be read', next: 'quote each value, and part them by commas: A="1",B="2"' };
    return variables(
      pairs.map(([, name = '', double, single, bare]) => `${name}=${double ?? single ?? bare ?? ''}`),
      on,
    );
  },
};

const again = 'a service is started again whenever it ends: say autorestart=true';

/** What lines of a program of supervisor's mean. */
export const programRules: Readonly<Record<string, Rule>> = {
  command,
  stopwaitsecs: time('drain', seconds),
  user,
  directory,
  environment,
  process_name: agrees(['%(program_name)s'], 'leave it out: a service is one program, of its own name'),
  numprocs: agrees(['1'], 'describe each as a service of its own'),
  autorestart: agrees(['true', 'unexpected'], again),
  stopsignal: agrees(['TERM', 'SIGTERM'], 'TERM it is: start the program by a script that passes another signal on'),
  umask: agrees(['022'], 'leave it out'),
  // by the roles of services
  priority: settled,
  autostart: settled,
  startsecs: settled,
  startretries: settled,
  exitcodes: settled,
  // the main process alone is told to stop; then all are killed
  stopasgroup: settled,
  killasgroup: settled,
  ...Object.fromEntries(
    ['stdout', 'stderr'].flatMap((name) =>
      ['logfile', 'logfile_maxbytes', 'logfile_backups', 'syslog'].map((key) => [`${name}_${key}`, settled]),
    ),
  ),
  redirect_stderr: settled,
};
