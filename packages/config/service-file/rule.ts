import type { z } from 'zod';
import type { Entry } from './entry.ts';

/** Where a service runs, as its file must agree with. */
export type Grounds = {
  readonly service: string;
  /** The SSH user. */
  readonly user: string;
  /** Every absolute path of the release that serves. */
  readonly roots: readonly string[];
  readonly shared: string;
  /** `directory` of landfall.yml. */
  readonly directory: string;
  /** Names that the folder of the Python environment goes by in a file. */
  readonly environments: readonly string[];
  /** Variables that landfall.yml has `.env` hold. */
  readonly required: readonly string[];
};

/** What a file says of a service. Durations in ms; `unit` as keys of landfall.yml. */
export type Said = {
  readonly command?: readonly string[];
  readonly drain?: number;
  readonly boot?: number;
  readonly unit?: Readonly<Record<string, unknown>>;
};

/** Why a line cannot be followed: what is wrong with it, and what to do. */
export type Refusal = { readonly what: string; readonly next: string };

/** What becomes of a line: it says something of the service, or nothing that Landfall does not settle itself, or it is refused. */
export type Outcome = { readonly says: Said } | { readonly settled: true } | Refusal;

/** What the lines of one key mean. */
export type Rule = {
  /** The key of landfall.yml that it is for: where that is given there (of `unit`, the setting), the lines are passed over. */
  readonly gives?: keyof Said;
  /** Each line counts; of others the last one alone. */
  readonly list?: true;
  readonly read: (entry: Entry, on: Grounds) => Outcome;
};

/** Landfall does this itself, whatever the line says. */
export const settled: Rule = { read: () => ({ settled: true }) };

/** Landfall does just this. */
export const agrees = (values: readonly string[], next: string): Rule => ({
  read: ({ value }) => (values.includes(value) ? { settled: true } : { what: 'is not what Landfall does', next }),
});

export const refused = (what: string, next: string): Rule => ({ read: () => ({ what, next }) });

/** A value of landfall.yml's own form, or why it is none. */
export const taken = <T extends z.ZodType>(schema: T, raw: unknown, says: (value: z.output<T>) => Said): Outcome => {
  const read = schema.safeParse(raw);
  if (read.success) return { says: says(read.data) };
  return {
    what: 'is nothing that a service can have',
    next: read.error.issues.map(({ message }) => message).join('; '),
  };
};

/** Does a line hold variables, whose values may be secret? */
export const ofVariables = ({ key }: Entry): boolean => /^environment$/i.test(key);

/** A line that a rule is known of, as a problem shows it. Variables, commands and what was carried on by mistake may be secret: one plain word is none. */
export const shown = (entry: Entry): string =>
  `${entry.key}=${!ofVariables(entry) && /^[\w./%+:,(){}~-]{1,80}$/.test(entry.value) ? entry.value : '…'}`;

/** A line that none is known of, as a problem shows it: its key, where it is surely one, and not part of a value that goes on (base64 ends with `=`). */
export const keyOf = ({ key, value }: Entry): string =>
  /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(key) && !/^=?$/.test(value) ? key : 'this line';
