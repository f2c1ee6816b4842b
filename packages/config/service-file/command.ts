import { posix } from 'node:path';
import { commandLine } from '#plan';
import { unfitIn } from '../definition/command.ts';
import { programOf } from '../definition/role.ts';
import type { Grounds, Outcome, Refusal } from './rule.ts';
import type { wordsOf } from './words.ts';

/** How one format writes commands. */
export type Dialect = {
  readonly words: (text: string) => ReturnType<typeof wordsOf>;
  /** What `%…` stands for, as it is written. */
  readonly percent: (on: Grounds) => Readonly<Record<string, string>>;
  /** Its commands hold variables. */
  readonly variables: boolean;
};

const itself = 'write the command itself, which is to stay one process';
const operator = /^(?:\d?>{1,2}(?:&\d)?|<|\|\|?|&&?|;)$/;
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);
const others: ReadonlySet<string> = new Set(['su', 'sudo', 'runuser', 'setpriv', 'start-stop-daemon', 'doas']);

/** `%` and what belongs to it, put in place. */
const filled = (word: string, known: Readonly<Record<string, string>>): string | Refusal => {
  const strange = [...word.matchAll(/%(?:\([^)]*\)[a-zA-Z0-9]*|[^]?)/g)].find(([one]) => !Object.hasOwn(known, one));
  if (strange !== undefined)
    return {
      what: `${/^%(?:\(\w{0,40}\)[a-z0-9]{0,4}|\W?|\w)$/.test(strange[0]) ? strange[0] : '%(…)'} stands for nothing that is known`,
      next: 'write what it stands for; a % is %%',
    };
  return word.replaceAll(/%(?:\([^)]*\)[a-zA-Z0-9]*|[^]?)/g, (one) => known[one] ?? one);
};

const envOptions: ReadonlySet<string> = new Set(['-u', '--unset', '-C', '--chdir']);

/** What env starts: the words behind its options and variables. Words of anything else are themselves. */
const behindEnv = (words: readonly string[]): readonly string[] => {
  if (words[0]?.split('/').at(-1) !== 'env') return words;
  const at = words.findIndex(
    (word, index) => index > 0 && !/^-|=/.test(word) && !(index > 1 && envOptions.has(words[index - 1] ?? '')),
  );
  return at < 0 ? [] : behindEnv(words.slice(at));
};

/** What a command hides that Landfall would have to start, and to stop. */
const hidden = (words: readonly string[]): Refusal | undefined => {
  const started = behindEnv(words);
  const [first = ''] = started;
  const [program, ...rest] = programOf(started);
  if (others.has(program)) return { what: `${program} starts it`, next: `it runs as the SSH user anyway: ${itself}` };
  const shell = words.find((word) => operator.test(word));
  if (shell !== undefined) return { what: `${shell} is for a shell, and no shell reads this`, next: itself };
  const at = shells.has(program) ? rest.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
  if (at >= 0 && !(rest[at + 1] ?? '').trimStart().startsWith('exec '))
    return {
      what: `a shell (${commandLine([first])}) stays between`,
      next: `${itself}, or have the shell end in it: exec …`,
    };
  return undefined;
};

/** The first word: a program of the environment is called by its name, as `command` of landfall.yml has it. */
const programIn = (word: string, { roots, directory, environments }: Grounds): string | Refusal => {
  if (!word.includes('/')) return word;
  const path = posix.normalize(word);
  const inside = roots.find((root) => path.startsWith(`${root}/`));
  if (inside === undefined && /^\/(?:usr\/(?:local\/)?)?s?bin\//.test(path)) return path;
  // in the release's root; a relative one counts from where the service runs
  const own =
    inside === undefined ? posix.join(path.startsWith('/') ? '/' : directory, path) : path.slice(inside.length + 1);
  if (/^(?:\/|\.\.\/)/.test(own))
    return {
      what: `${commandLine([word])} is neither of the release nor of the system`,
      next: `name a program of the release, as {current}/${environments[0] ?? ''}/bin/gunicorn is one`,
    };
  const [, folder, program] = /^(.+)\/bin\/([^/]+)$/.exec(own) ?? [];
  const environment = environments.some((name) => folder === name || folder === posix.join(directory, name));
  if (environment && program !== undefined) return program;
  if (inside !== undefined) return path;
  return own.includes('/') ? own : `./${own}`;
};

/** Words of a command, as `command` of landfall.yml would have them. */
export const commandOf = (text: string, dialect: Dialect, on: Grounds): Outcome => {
  const split = dialect.words(text);
  if (typeof split === 'string') return { what: split, next: 'mend the command' };
  const variable = dialect.variables ? split.find((word) => /\$(?!\$)/.test(word.replaceAll('$$', ''))) : undefined;
  if (variable !== undefined)
    return {
      what: `${commandLine([variable])} holds a variable`,
      next: 'write its value, or let the program read it; a $ is $$',
    };
  const words: string[] = [];
  for (const word of split) {
    const put = filled(dialect.variables ? word.replaceAll('$$', () => '$') : word, dialect.percent(on));
    if (typeof put !== 'string') return put;
    const unfit = unfitIn(put);
    if (unfit !== undefined) return { what: unfit, next: 'mend the command' };
    words.push(put);
  }
  const [first = '', ...rest] = words;
  if (first === '') return { what: 'the command is empty', next: itself };
  const wrong = hidden(words);
  if (wrong !== undefined) return wrong;
  const program = programIn(first, on);
  return typeof program === 'string' ? { says: { command: [program, ...rest] } } : program;
};
