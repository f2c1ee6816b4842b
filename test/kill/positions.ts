import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '../lab/memory.ts';

const split = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');

const inserted = (lines: readonly string[], after: number, line: string): string =>
  [...lines.slice(0, after), line, ...lines.slice(after)].join('\n') + '\n';

/** A function, or what stands between two: nothing in it depends on the lines before it. */
const chunks = (text: string): readonly (readonly string[])[] => {
  const found: string[][] = [[]];
  for (const line of split(text)) {
    found.at(-1)?.push(line);
    if (line === '}') found.push([]);
  }
  return found.filter((chunk) => chunk.length > 0);
};

/** For each line of a text, what it is: its function, or what stands between two, and its place in that. Programs share most of them. */
export const placesOf = (text: string): readonly string[] =>
  chunks(text).flatMap((lines) => lines.map((_, index) => `${lines.join('\n')}\n${index}`));

/** Which of these texts a shell can parse. One process of ours for all of them. */
const parsing = (shell: readonly string[], texts: ReadonlyMap<string, string>): ReadonlySet<string> => {
  const folder = mkdtempSync(join(memory(), 'landfall-parse-'));
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'for f in *; do "$@" -n "$f" 2>/dev/null && echo "$f"; done', 'sh', ...shell],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  return new Set(stdout.split('\n'));
};

/** Programs share most of their chunks: what was found once holds for all. */
const known = new Map<string, readonly number[]>();

/**
 * After which lines (counted from 1) of a text, of those that do something, a command may stand: where it still parses with one, and
 * no longer does with a lone `)`, for in quotes both would parse.
 */
export const positions = (shell: readonly string[], text: string): readonly number[] => {
  const keyed = chunks(text).map((lines) => ({ lines, key: `${shell.join(' ')}\n${lines.join('\n')}` }));
  const unknown = keyed.filter(({ key }) => !known.has(key));
  const texts = new Map<string, string>();
  for (const [chunk, { lines }] of unknown.entries())
    for (const [index, line] of lines.entries()) {
      // the command that ends there goes on in the next line
      if (/(?:\\|\||&&)$/.test(line)) continue;
      // a comment or the end of a function does nothing
      if (/^\s*#|^\}?$/.test(line)) continue;
      texts.set(`${chunk}-${index + 1}-command`, inserted(lines, index + 1, ':'));
      texts.set(`${chunk}-${index + 1}-bracket`, inserted(lines, index + 1, ')'));
    }
  const parsed = parsing(shell, texts);
  for (const [chunk, { lines, key }] of unknown.entries())
    known.set(
      key,
      lines
        .map((_, index) => index + 1)
        .filter((line) => parsed.has(`${chunk}-${line}-command`) && !parsed.has(`${chunk}-${line}-bracket`)),
    );
  let offset = 0;
  return keyed.flatMap(({ lines, key }) => {
    const start = offset;
    offset += lines.length;
    return (known.get(key) ?? []).map((line) => start + line);
  });
};

/** The text with a line of its own after line `after`. */
export const withLine = (text: string, after: number, line: string): string => inserted(split(text), after, line);

/** The text with a line after each of these positions. */
export const withLines = (
  text: string,
  at: readonly number[],
  line: (position: number, old: string) => string,
): string => {
  const wanted = new Set(at);
  return (
    split(text)
      .flatMap((old, index) => (wanted.has(index + 1) ? [old, line(index + 1, old)] : [old]))
      .join('\n') + '\n'
  );
};
