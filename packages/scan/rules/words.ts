import type { Finding, Span } from '#plan';
import { linesOf } from './lines.ts';

/** A letter, digit or `_`: what makes a longer word of one. */
const inWord = /[\p{L}\p{N}_]/u;

const wholeWord = (word: string): string => {
  const start = inWord.test(word.charAt(0)) ? '(?<![\\p{L}\\p{N}_])' : '';
  const end = inWord.test(word.at(-1) ?? '') ? '(?![\\p{L}\\p{N}_])' : '';
  return `${start}${word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}${end}`;
};

type Pattern = { readonly rule: string; readonly form: RegExp; readonly message: (found: string) => string };

/** Forbidden words as a pattern: whole words, in the case in which they are written. */
export const forbiddenWords = (words: readonly string[]): Pattern => ({
  rule: 'forbidden-word',
  // the longest first: of two that begin alike the one that is there is named
  form: new RegExp(
    [...words]
      .sort((a, b) => b.length - a.length)
      .map(wholeWord)
      .join('|'),
    'gu',
  ),
  message: (found) => `${found} may not stand in the code`,
});

const debugging = (form: RegExp): Pattern => ({
  rule: 'debug-code',
  form,
  message: (found) => `debugging code: \`${found.trim()}\``,
});

const script = debugging(/(?<![\w.$])(?:console\.(?:log|debug|dir|trace)\(|debugger(?=\s*(?:;|$)))/gm);

/** What languages have for debugging, by the file's extension. Not `print`: people print on purpose. */
const debuggers: readonly (readonly [RegExp, Pattern])[] = [
  [
    /\.pyi?$/,
    debugging(
      /(?<![\w.])(?:breakpoint\(|(?:pdb|ipdb|pudb|wdb|rpdb|remote_pdb)\.set_trace\(|import (?:pdb|ipdb|pudb|wdb|rpdb)(?!\w)|from (?:pdb|ipdb|pudb) import)/g,
    ),
  ],
  [/\.(?:[cm]?[jt]sx?|vue|svelte)$/, script],
  [/\.html?$/, debugging(/\{% *debug *%\}|(?<![\w.$])(?:console\.(?:log|debug|dir|trace)\(|debugger(?=\s*;))/g)],
  [/\.rb$/, debugging(/(?<![\w.])(?:binding\.(?:pry|irb)|byebug)(?!\w)/g)],
  [/\.php$/, debugging(/(?<![\w>$])(?:var_dump|dd|xdebug_break)\(/g)],
];

/** The pattern of debugging code for a file of this name; undefined: its language is not known. */
export const debugCode = (path: string): Pattern | undefined => debuggers.find(([files]) => files.test(path))?.[1];

const within = (spans: readonly Span[]): ((line: number) => boolean) => {
  let at = 0;
  // lines are asked for in order
  return (line) => {
    while ((spans[at]?.to ?? Infinity) < line) at++;
    return (spans[at]?.from ?? Infinity) <= line;
  };
};

/** What a pattern finds in a text, each thing once a line; `spans`: only in these lines. */
export const occurrences = (
  path: string,
  text: string,
  { rule, form, message }: Pattern,
  severity: Finding['severity'],
  spans?: readonly Span[],
): readonly Finding[] => {
  // search, not test: what test finds, the next search would begin after
  if (text.search(form) === -1) return [];
  const counts = spans === undefined ? () => true : within(spans);
  return linesOf(text)
    .filter(({ line }) => counts(line))
    .flatMap(({ line, text: one }) => {
      const found = new Set([...one.matchAll(form)].map(([word]) => word));
      return [...found].map((word): Finding => ({
        tool: 'landfall',
        rule,
        severity,
        message: message(word),
        file: path,
        line,
        subject: word.trim(),
      }));
    });
};
