/** A value of a `.env`, with its name. */
export type EnvValue = { readonly name: string; readonly value: string };

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$', '`': '`' };

const entry = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)$/s;

/** What stands in quotes from here on, up to the closing one, or to the end of the text where there is none. */
const quoted = (text: string): { value: string; length: number } => {
  const quote = text.charAt(0);
  let value = '';
  let at = 1;
  for (; at < text.length && text.charAt(at) !== quote; at++) {
    const escaped = quote === '"' && text.charAt(at) === '\\' ? escapes[text.charAt(at + 1)] : undefined;
    if (escaped !== undefined) at++;
    value += escaped ?? text.charAt(at);
  }
  return { value, length: at + 1 };
};

/**
 * Every value that a `.env` may be taken to hold, for masking: nothing is refused, and what is no entry is a value without
 * a name. What release/env-file.ts reads from a well-formed file is among it.
 */
export const envValues = (content: string): readonly EnvValue[] => {
  const found: EnvValue[] = [];
  let rest = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  while (rest !== '') {
    const end = rest.indexOf('\n');
    const line = end < 0 ? rest : rest.slice(0, end);
    const [, name, raw = ''] = entry.exec(line) ?? [];
    let taken = line.length;
    if (name === undefined) {
      if (!/^\s*(#|$)/.test(line)) found.push({ name: '', value: line.trim() });
    } else if (/^['"]/.test(raw)) {
      const from = line.length - raw.length;
      const { value, length } = quoted(rest.slice(from));
      found.push({ name, value });
      taken = from + length;
    } else {
      // where a comment begins is not for masking to decide: with it and without it
      const bare = raw.replace(/[ \t]#.*$/s, '').trim();
      found.push({ name, value: bare });
      if (bare !== raw.trim()) found.push({ name, value: raw.trim() });
    }
    const next = rest.indexOf('\n', taken);
    rest = next < 0 ? '' : rest.slice(next + 1);
  }
  return found;
};
