import type { Saved, SavedValues } from './saved.ts';

/** Values that checks may use, by name. A check says `$NAME`; `$$` is a dollar sign. */
export type Values = Readonly<Record<string, string>>;

const placeholder = /\$(\$|[A-Za-z_][A-Za-z0-9_]*)|\{([a-z][a-z0-9_-]*)\}/g;

/** Fills texts in, and remembers what was asked for. */
export type Filler = {
  /** The text with each `$NAME` and each `{name}` replaced, once: what a value holds is not looked at again. */
  readonly fill: (text: string, encode?: (value: string) => string) => string;
  /** Names that have no value, as they were written. */
  readonly missing: Set<string>;
  /** Saved values that were filled in. */
  readonly used: Map<string, Saved>;
};

/** `{name}` stands for a value only where an earlier check saves that name: other braces are text. */
export const filler = (values: Values, saved: SavedValues): Filler => {
  const missing = new Set<string>();
  const used = new Map<string, Saved>();
  const find = (whole: string, variable: string | undefined, name: string): string | undefined => {
    if (variable === '$') return '$';
    const known = variable === undefined ? saved : values;
    const key = variable ?? name;
    if (!Object.hasOwn(known, key)) {
      if (variable !== undefined) missing.add(whole);
      return undefined;
    }
    const value = known[key];
    if (value === undefined) missing.add(whole);
    else if (typeof value !== 'string') used.set(key, value);
    return typeof value === 'string' ? value : value?.value;
  };
  const fill: Filler['fill'] = (text, encode = (value) => value) =>
    text.replace(placeholder, (whole, variable: string | undefined, name: string) => {
      const value = find(whole, variable, name);
      return value === undefined ? whole : whole === '$$' ? value : encode(value);
    });
  return { fill, missing, used };
};

/** A value that must not be shown, and what is shown in its place. */
export type Hidden = { readonly as: string; readonly value: string };

/**
 * Puts `$NAME` in the place of each value, and of each of `others` what it is shown as, in every form in which an answer may
 * give it back: as it is, in JSON, HTML, an address, a form, or base64.
 */
export const scrubber = (values: Values, others: readonly Hidden[] = []): ((text: string) => string) => {
  const names = new Map<string, string>();
  const own = Object.entries(values).map(([name, value]): Hidden => ({ as: `$${name}`, value }));
  for (const { as, value } of [...others, ...own]) {
    for (const form of forms(value)) if (form !== '') names.set(form, as);
  }
  if (names.size === 0) return (text) => text;
  // The longest first: one value may begin with another.
  const longest = [...names.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longest.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(any, (form) => names.get(form) ?? '');
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

const forms = (value: string): string[] =>
  [value, value.trim()].flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    form.replace(/[&<>"']/g, (character) => entities[character] ?? ''),
    percentEncoded(form),
    new URLSearchParams([['', form]]).toString().slice(1),
    Buffer.from(form).toString('base64'),
  ]);

/** `encodeURIComponent`, but a lone surrogate becomes U+FFFD instead of throwing. */
export const percentEncoded = (value: string): string => encodeURIComponent(value.toWellFormed());
