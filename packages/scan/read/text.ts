import { stripVTControlCharacters } from 'node:util';
import { shorten, wholeWords } from '#plan';

/** Longest line that is carried on, in UTF-16 units. */
const longest = 500;

// \u202A to \u2069 turn the direction of what is read
const unseen = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** XML cannot hold an escape: pytest writes #x1B, others a reference to it that no parser takes. */
const escape = /&#(x1b|27);|#x1B/gi;

/** Without terminal escapes and other characters that are not seen; line ends stay. */
const plain = (text: string): string =>
  stripVTControlCharacters(text.replace(escape, '\u001B'))
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '  ')
    .replace(unseen, '');

/** Most names are: nothing is to be done with them, a million times. */
const harmless = /^[!"$-~]+( [!"$-~]+)*$/;

/** What a tool said, as one line: harmless to a terminal, never longer than 500. */
export const oneLine = (text: string): string => {
  if (text.length <= longest && harmless.test(text)) return text;
  const line = plain(text.slice(0, 10 * longest)).replace(/\s+/g, ' ');
  const whole = line.trim();
  // a name may be one long word, and is nobody's secret; half a pair of surrogates is no character: no URI can hold it
  return (/^\S{499}/.test(whole) ? shorten(whole, longest) : wholeWords(whole, longest)).toWellFormed();
};

/** The first line with something in it, as {@link oneLine}. */
export const firstLine = (text: string): string => oneLine(/\S[^\r\n]*/.exec(text.slice(0, 10 * longest))?.[0] ?? '');

/** The last lines with something in them, as they are indented, each harmless and of at most 500, with whole words. The text may begin within a character. */
export const lastLines = (text: string, most: number): readonly string[] =>
  plain(text)
    .split('\n')
    .map((line) => wholeWords(line.trimEnd(), longest).toWellFormed())
    .filter((line) => line !== '')
    .slice(-most);

/** Only what a browser opens as a page. */
export const pageOf = (url: string | null | undefined): string | undefined =>
  url !== null && url !== undefined && /^https?:\/\/[^\s<>"']+$/.test(url) && url.length <= longest ? url : undefined;
