import { stripVTControlCharacters } from 'node:util';

/** Text as it may be shown: no terminal sequences and no control characters; line ends are `\n`. */
export const plain = (value: string): string =>
  stripVTControlCharacters(value)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');

/**
 * Text as GitHub-flavoured markdown that shows just that text, in a table's cell too. What stands between two backticks is code.
 * A pipe becomes an entity, since a table is divided before escapes are read; `_` inside a word means nothing.
 */
export const prose = (value: string): string =>
  plain(value)
    .split(/(`[^`\n]+`)/)
    .map((part, at) => (at % 2 === 1 ? code(part.slice(1, -1)) : escape(part)))
    .join('');

const escape = (text: string): string =>
  text
    .replace(/[&<>|$]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\\`*[\]~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/\n/g, '<br>');

/** Text in a code span, on one line, in a table's cell too. */
export const code = (value: string): string => {
  const line = plain(value).replace(/\n/g, ' ');
  if (line.trim() === '') return '';
  return /[`|]/.test(line) ? `<code>${inHtml(line)}</code>` : `\`${line}\``;
};

/** Text between tags of HTML, on one line: shows just that, whether markdown is read there or not. */
export const inHtml = (value: string): string =>
  plain(value)
    .replace(/\n/g, ' ')
    .replace(/[&<>|`*_~$[\]\\]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Lines in a fenced block; the fence is longer than any run of backticks within. */
export const fence = (lines: readonly string[], language = 'text'): string[] => {
  const body = lines.map(plain);
  const longest = Math.max(2, ...body.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const bar = '`'.repeat(longest + 1);
  return [bar + language, ...body, bar];
};

/** A table. Cells are markdown already. `right`: the columns that are set to the right. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (right.includes(column) ? '---:' : '---'))), ...rows.map(line)];
};

/** A share of the longest as a bar of at most `width` characters, in eighths; what took any time at all gets a sliver. */
export const bar = (value: number, longest: number, width = 20): string => {
  if (longest <= 0 || value <= 0) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, longest) / longest) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? '');
};
