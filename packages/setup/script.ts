import { readFileSync } from 'node:fs';
import type { Manager } from '#plan';

const directives = readFileSync(new URL('./directives.sh', import.meta.url), 'utf8');
const site = readFileSync(new URL('./site.sh', import.meta.url), 'utf8');
/** With the functions for nginx's site, in the place that it has for them. */
const units = readFileSync(new URL('./units.sh', import.meta.url), 'utf8').replace(
  '# site.sh stands here\n',
  () => `${directives}\n${site}\n`,
);
/** With the program that it installs, in the place that it has for it. */
const text = readFileSync(new URL('./setup.sh', import.meta.url), 'utf8').replace(
  '# units.sh stands here\n',
  () => units,
);

/** What differs from host to host. */
export type SetupValues = {
  /** The deploy user. */
  readonly user: string;
  /** The public half of the deploy key, a line of authorized_keys. Empty: it is brought by somebody else. */
  readonly key: string;
  readonly path: string;
  readonly base: string;
  /** The Python that environments are made with. */
  readonly python: string;
  /** What runs the services. Empty: what the host has. */
  readonly manager: Manager | '';
  /** For which nginx's site of the target may be, a space between them. Empty: it has none. */
  readonly domains: string;
};

/**
 * Characters of one piece of a long value. What is masked are lines of the private key's file, of 64 or 70 characters, and the public
 * half of an RSA or ECDSA key stands there in clear: in one piece nobody could be shown it.
 */
const piece = 60;
/** Characters of a value that stays whole: an Ed25519 key and a name do. */
const whole = 120;

/** One word of sh, whatever it holds; a long one on several lines. */
const quoted = (value: string): string => {
  const pieces = value.length <= whole ? [value] : (value.match(new RegExp(`[^]{1,${piece}}`, 'gu')) ?? []);
  return pieces.map((one) => `'${one.replaceAll("'", String.raw`'\''`)}'`).join('\\\n');
};

/** A value of setup.sh: the only lines of it that are not the same for all. */
const line = /^(user|key|path|base|python|manager|domains)='.*'$/gm;

/**
 * The script that makes a host ready, with these values: POSIX sh, to be read and run by a person as root. The values stand at its
 * beginning as words, and the script itself refuses (64) those that could mean more to a program than they are.
 */
export const setupScript = (values: SetupValues): string =>
  // in one go over the text as it is here: nothing that a value holds is looked at
  text.replace(line, (_, name: string) => `${name}=${quoted(values[name as keyof SetupValues])}`);

/** The same with the values of an example, for documents. */
export const setupExample = text;

/** The program that it installs where root has to do something for the deploy user; its values are those of an example. */
export const unitsProgram = units;
