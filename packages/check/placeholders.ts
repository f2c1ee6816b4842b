/** Values that checks may use, by name. A check says `$NAME`; `$$` is a dollar sign. */
export type Values = Readonly<Record<string, string>>;

const placeholder = /\$(\$|[A-Za-z_][A-Za-z0-9_]*)/g;

/** The text with each `$NAME` replaced, once: what a value holds is not looked at again. Names without a value are added to `missing`. */
export const fill = (text: string, values: Values, missing: Set<string>, encode = (value: string) => value): string =>
  text.replace(placeholder, (whole, name: string) => {
    if (name === '$') return '$';
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) {
      missing.add(name);
      return whole;
    }
    return encode(value);
  });

/**
 * Puts `$NAME` in the place of each value, in every form in which an answer may give it back:
 * as it is, in JSON, HTML, an address, a form, or base64.
 */
export const scrubber = (values: Values): ((text: string) => string) => {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    for (const form of forms(value)) if (form !== '') names.set(form, name);
  }
  if (names.size === 0) return (text) => text;
  // The longest first: one value may begin with another.
  const longest = [...names.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longest.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(any, (form) => `$${names.get(form) ?? ''}`);
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
