import { posix } from 'node:path';
import { boot, drain } from '../definition/services.ts';
import { taken } from './rule.ts';
import type { Grounds, Outcome, Rule } from './rule.ts';

/** A time in ms, for one of the two that a service has. */
export const time = (gives: 'drain' | 'boot', read: (value: string) => number): Rule => ({
  gives,
  read: ({ value }) => {
    const ms = Math.ceil(read(value));
    if (Number.isNaN(ms)) return { what: 'is no time', next: 'give seconds' };
    const most = gives === 'drain' ? 'at most 10m: an undo has to wait for it' : 'a time that ends';
    if (ms === Infinity) return { what: 'never ends', next: `expected ${most}` };
    return gives === 'drain'
      ? taken(drain, `${ms}ms`, (of) => ({ drain: of }))
      : taken(boot, `${ms}ms`, (of) => ({ boot: of }));
  },
});

/** Services run as who logs in: nothing can make them anybody else. */
export const user: Rule = {
  read: ({ value }, on) =>
    value === on.user
      ? { settled: true }
      : {
          what: `services run as the SSH user, ${on.user}`,
          next:
            value !== 'root' && /^[a-z_][a-z0-9_-]*$/.test(value)
              ? `leave it out, or connect as ${value}: hosts: { ssh: ${value}@… }`
              : 'leave it out',
        },
};

export const directory: Rule = {
  read: ({ value }, on) => {
    const all = on.roots.map((root) => posix.join(root, on.directory).replace(/\/$/, ''));
    return all.includes(posix.normalize(value).replace(/(.)\/$/, '$1'))
      ? { settled: true }
      : {
          what: `services run in ${all[0] ?? ''}`,
          next: `say {current}${on.directory === '.' ? '' : `/${on.directory}`}, or set \`directory\` in landfall.yml`,
        };
  },
};

const usual = /^(?:\/(?:usr\/(?:local\/)?)?s?bin|\$PATH|\$\{PATH\}|%\(ENV_PATH\)s)$/;

/** The environment's programs first, then the system's: as it is anyway. */
const usualPath = (value: string, { roots, directory: within, environments }: Grounds): boolean => {
  const bins = roots.flatMap((root) =>
    environments.flatMap((name) => [posix.join(root, name, 'bin'), posix.join(root, within, name, 'bin')]),
  );
  const [first = '', ...rest] = value.split(':');
  return bins.includes(first) && rest.every((one) => bins.includes(one) || usual.test(one));
};

/** Words NAME=value: a service has the variables of `.env`, which migrations and checks have too. What is none is not shown: it may be part of a value. */
export const variables = (words: readonly string[], on: Grounds): Outcome => {
  const all = words.map((word) => /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(word));
  if (all.includes(null)) return { what: 'there is a word without NAME=', next: 'quote the value: "NAME=a value"' };
  const strange = all
    .filter((one) => one !== null)
    .filter(([, name = '', value = '']) => !on.required.includes(name) && !(name === 'PATH' && usualPath(value, on)))
    .map(([, name]) => name);
  if (strange.length === 0) return { settled: true };
  return {
    what: `a service has the variables of .env, and no other: ${strange.join(', ')}`,
    next: `put ${strange.length === 1 ? 'it' : 'them'} into .env and name ${strange.length === 1 ? 'it' : 'them'} in landfall.yml: env: { require: [${strange.join(', ')}] }`,
  };
};
