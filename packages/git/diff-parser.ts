import { isUtf8 } from 'node:buffer';
import type { ChangedFile, Span } from '#plan';

/** Bytes of a line that are looked at. A name in a header is never longer. */
const longest = 64 << 10;

type Growing = { readonly path: string; readonly lines: Span[]; readonly code: Span[]; binary: boolean };

/**
 * Reads a patch without context (`--unified=0`, prefixes `a/` and `b/`) piece by piece: which lines it adds or alters. What stands
 * within a hunk is counted, so that no line of a file can pass for a header.
 */
export const diffParser = (): {
  readonly push: (piece: Buffer) => void;
  readonly end: () => ReadonlyMap<string, ChangedFile>;
} => {
  const files = new Map<string, Growing>();
  let file: Growing | undefined;
  let old = 0;
  let added = 0;
  let next = 0;
  let held: Buffer[] = [];
  let size = 0;

  const header = (line: Buffer): void => {
    const text = line.toString('latin1');
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (hunk !== null) {
      old = Number(hunk[1] ?? 1);
      added = Number(hunk[3] ?? 1);
      next = Number(hunk[2]);
    } else if (text.startsWith('diff --git ')) file = undefined;
    else if (text.startsWith('+++ ')) {
      const path = pathOf(text.slice(4));
      if (path === undefined) return;
      file = files.get(path) ?? { path, lines: [], code: [], binary: false };
      files.set(path, file);
    }
  };

  const take = (line: Buffer): void => {
    if (old > 0 && line[0] === 0x2d) old--;
    else if (added > 0 && line[0] === 0x2b) {
      added--;
      if (file !== undefined) note(file, next, line.subarray(1));
      next++;
    } else if (line[0] !== 0x5c) header(line); // "\ No newline at end of file"
  };

  const line = (part: Buffer): void => {
    const whole = held.length === 0 ? part : Buffer.concat([...held, part]);
    held = [];
    size = 0;
    take(whole);
  };

  return {
    push: (piece) => {
      let from = 0;
      for (let to = piece.indexOf(10); to !== -1; to = piece.indexOf(10, from)) {
        line(piece.subarray(from, Math.min(to, from + longest)));
        from = to + 1;
      }
      if (from < piece.length && size < longest) {
        held.push(piece.subarray(from, from + longest - size));
        size += piece.length - from;
      }
    },
    end: () => {
      if (held.length > 0) line(Buffer.alloc(0));
      const texts = [...files.values()].filter(({ binary, lines }) => !binary && lines.length > 0);
      return new Map(texts.map(({ path, lines, code }) => [path, { lines, code }]));
    },
  };
};

/** A name as a header has it: quoted like in C where it holds a quote, a backslash or a control character. */
const pathOf = (name: string): string | undefined => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(name);
  const bytes = Buffer.from(quoted === null ? name.replace(/\t$/, '') : unquote(quoted[1] ?? ''), 'latin1');
  const text = bytes.toString('utf8');
  return text.startsWith('b/') ? text.slice(2) : undefined;
};

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

const unquote = (text: string): string =>
  text.replace(/\\([0-7]{3}|.)/g, (_, one: string) =>
    one.length === 3 ? String.fromCharCode(Number.parseInt(one, 8)) : (escapes[one] ?? one),
  );

const note = (file: Growing, at: number, text: Buffer): void => {
  if (text.includes(0)) file.binary = true;
  extend(file.lines, at);
  if (holdsCode(file.path, text)) extend(file.code, at);
};

const extend = (spans: Span[], at: number): void => {
  const last = spans.at(-1);
  if (last?.to === at - 1) spans[spans.length - 1] = { from: last.from, to: at };
  else spans.push({ from: at, to: at });
};

/** Not for certain: no language is read here. A line that begins with a sign of comments is taken for one. */
const holdsCode = (path: string, bytes: Buffer): boolean => {
  const text = bytes
    .subarray(0, 256)
    .toString(isUtf8(bytes) ? 'utf8' : 'latin1')
    .trim();
  return text !== '' && !(/\.(?:py|pyi|rb|sh)$/.test(path) ? /^#/ : /^(?:\/\/|\/\*|\*(?:[ /]|$))/).test(text);
};
