import type { z } from 'zod';
import { shorten } from '#plan';
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
  /** The key of landfall.yml that it is for: where that is given there, the lines are passed over. */
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

/** A line as a problem shows it. Variables may be secret. */
export const shown = ({ key, value }: Entry): string =>
  /^environment$/i.test(key) ? `${key}=…` : shorten(`${key}=${value.replaceAll('\n', ' ')}`, 80);
