import type { Problem, Result } from '#fault';
import { fail, ok } from '#fault';

/** A line of a `.env` file. */
export type Variable = { readonly name: string; readonly value: string };

/** What a bad entry says: where it begins, never what stands there. */
const bad = (where: string, line: number): Problem => ({
  where,
  line,
  what: 'not NAME=value, or its quotes are not closed',
  next: `NAME=value, NAME='value' or NAME="value"; a comment begins with #`,
});

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$', '`': '`' };

const untab = (text: string): string => text.replace(/^[ \t]+/, '');

/** A quoted value that may go on over lines: its value and what follows it in its last line. */
const quoted = (
  lines: readonly string[],
  from: number,
  first: string,
): { value: string; rest: string; at: number } | undefined => {
  const quote = first.charAt(0);
  let value = '';
  let text = first.slice(1);
  for (let at = from; ;) {
    for (let i = 0; i < text.length; i++) {
      const c = text.charAt(i);
      if (c === quote) return { value, rest: text.slice(i + 1), at };
      const escaped = quote === '"' && c === '\\' ? escapes[text.charAt(i + 1)] : undefined;
      if (escaped !== undefined) i++;
      value += escaped ?? c;
    }
    const next = lines[++at];
    if (next === undefined) return undefined;
    value += '\n';
    text = next;
  }
};

/**
 * Reads a `.env` file exactly as remote/dotenv.sh does on a host, which says what it takes.
 * Of two entries with the same name the later counts. Faults: `INPUT_INVALID` with the line of the first bad entry; never its text.
 */
export const readEnvFile = (content: string, where = 'input env-file'): Result<readonly Variable[]> => {
  const lines = content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  const found = new Map<string, string>();
  const refuse = (line: number): Result<never> =>
    fail({
      code: 'INPUT_INVALID',
      what: `line ${line} of ${where} cannot be read`,
      problems: [bad(where, line)],
      next: 'Mend this line and run again.',
    });
  if (content.includes('\0')) return refuse(content.slice(0, content.indexOf('\0')).split('\n').length);
  for (let at = 0; at < lines.length; at++) {
    const text = untab(lines[at] ?? '');
    if (text === '' || text.startsWith('#')) continue;
    const [, name, raw] = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(.*)$/s.exec(text.replace(/^export[ \t]+/, '')) ?? [];
    if (name === undefined || raw === undefined) return refuse(at + 1);
    const value = untab(raw);
    if (!/^['"]/.test(value)) {
      found.set(name, untab(raw.replace(/[ \t]#.*$/s, '')).replace(/[ \t]+$/, ''));
      continue;
    }
    const whole = quoted(lines, at, value);
    if (whole === undefined || !/^[ \t]*(#.*)?$/s.test(whole.rest)) return refuse(at + 1);
    found.set(name, whole.value);
    at = whole.at;
  }
  return ok([...found].map(([name, value]) => ({ name, value })));
};
