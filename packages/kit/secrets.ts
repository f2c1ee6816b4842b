import { envValues } from './env-values.ts';
import type { EnvValue } from './env-values.ts';

/** Characters; shorter texts are not masked: that would blot out innocent parts of the log. */
const shortest = 4;

/** The texts to mask for one secret: itself, or each of its lines, as the log is masked line by line. */
export const masksOf = (secret: string): readonly string[] => {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const texts = lines.length === 1 ? [secret, ...lines] : lines;
  return texts.filter((line) => line.length >= shortest && !/^-----[A-Z ]+-----$/.test(line)).filter(once);
};

const once = (value: string, at: number, all: readonly string[]): boolean => all.indexOf(value) === at;

/** Names that say that their value is secret. */
const telling = /secret|pass|token|key|salt|dsn|credential|private|auth|signature/i;
/** What everybody has: masking it would hide nothing, and blot out innocent lines. The same list stands in remote/scrub.sh. */
const common =
  /^(?:production|development|staging|testing|localhost|127\.0\.0\.1|0\.0\.0\.0|enabled|disabled|console|warning|critical)$/i;

/** Characters of a value that only its being in a `.env` makes secret. */
const shortestPlain = 6;

/** A text as it is, and as programs print it within quotes. */
const forms = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  text.replaceAll('\\', '\\\\'),
];

/** Is this value secret by itself? Where an address holds a password, that alone is secret too. */
const certain = ({ name, value }: EnvValue): readonly string[] => {
  const password = /:\/\/[^/@\s]*?:([^/@\s]+)@/.exec(value)?.[1];
  if (password !== undefined) return [value, password];
  if (telling.test(name)) return [value];
  const random = value.length >= 12 && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/[./\s]/.test(value);
  return random ? [value] : [];
};

const isOpen = ({ value }: EnvValue, open: string): boolean => open.includes(value) || common.test(value);

/**
 * The texts to mask for the content of a `.env`. Without `open`: what its name or its look says is secret. With it: all other values
 * too, for an application may print its environment, but those that `open` holds (what describes the target: the undo line
 * that people paste must stay whole), and words like `production`. Lines are masked one by one, as logs are.
 */
export const masksOfEnv = (content: string, open?: string): readonly string[] => {
  const values = envValues(content);
  const sure = values.flatMap(certain).flatMap(masksOf);
  const rest = open === undefined ? [] : values.filter((value) => !isOpen(value, open)).flatMap(({ value }) => masksOf(value)); // prettier-ignore
  return [...sure, ...rest.filter((text) => text.length >= shortestPlain)].flatMap(forms).filter(once);
};

/** The texts to mask for `NAME=value` lines of which every value is secret. */
export const masksOfValues = (content: string): readonly string[] =>
  envValues(content)
    .flatMap(({ value }) => masksOf(value))
    .flatMap(forms)
    .filter(once);

/** What may not be shown, gathered as it becomes known. */
export type Secrets = {
  /** Takes texts in; returns those that are new. */
  readonly add: (masks: readonly string[]) => readonly string[];
  /** The text with `***` in the place of each secret. */
  readonly scrub: (text: string) => string;
  /** The same for every text within a value, keys left as they are. */
  readonly scrubAll: <T>(value: T) => T;
};

export const secrets = (): Secrets => {
  const known = new Set<string>();
  // Longest first: a secret that holds another goes as a whole.
  const scrub = (text: string): string =>
    [...known].sort((a, b) => b.length - a.length).reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return scrub(value);
    if (Array.isArray(value)) return value.map(deep);
    // Live things, like an error that is a cause, are no text to show, and may hold themselves.
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]));
  };
  return {
    add: (masks) => {
      const fresh = masks.filter((mask) => mask !== '' && !known.has(mask)).filter(once);
      for (const mask of fresh) known.add(mask);
      return fresh;
    },
    scrub,
    scrubAll: <T>(value: T) => deep(value) as T,
  };
};
