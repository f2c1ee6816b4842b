import type { Problem } from '#fault';
import { fillNames } from '#plan';

/** What stands for what in the file of a site, which is the same for all targets: the only names in braces that it may have. */
export type SiteValues = {
  /** The first of its domains. */
  readonly domain: string;
  /** All of them, with spaces between. */
  readonly domains: string;
  /** The link to the release that serves, and the folder that outlives releases, on the host. */
  readonly current: string;
  readonly shared: string;
};

/** nginx's site of a release: words, of which root's program on the host makes the text. */
export type SiteWords = {
  /** For each directive a line `.NAME`, a line `-ARGUMENT` for each of its arguments, and `;` or `{`; and `}`. */
  readonly words: string;
  /** The line of the file that each directive and each `}` stands on, in the order of `words`. */
  readonly lines: readonly number[];
};

const commented = /(?:^|\s)#/;

/** Of a word as nginx reads it, within quotes or without. */
const unescaped = (word: string): string =>
  word.replaceAll(/\\(["'\\trn])/g, (_, one: string) => ({ t: '\t', r: '\r', n: '\n' })[one] ?? one);

const space = /\s+|#[^\n]*/y;
const quoted = /"((?:[^"\\]|\\[^])*)"(?=[\s;{)]|$)|'((?:[^'\\]|\\[^])*)'(?=[\s;{)]|$)/y;
// a brace is part of a word behind a dollar: ${name}
const bare = /(?:\\[^]|\$\{|[^\s;{\\])+/y;

type Token = { readonly text: string; readonly line: number; readonly mark: boolean };

/** The words and marks of nginx's grammar; `lost`: the line on which it ends to be one. */
const tokensOf = (text: string): { tokens: readonly Token[]; lost?: number } => {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found === undefined) return undefined;
    at += found[0].length;
    line += found[0].split('\n').length - 1;
    return found;
  };
  while (at < text.length) {
    const began = line;
    const first = text.charAt(at);
    if (take(space) !== undefined) continue;
    if (';{}'.includes(first)) {
      at += 1;
      tokens.push({ text: first, line: began, mark: true });
      continue;
    }
    const found = /["']/.test(first) ? take(quoted) : take(bare);
    if (found === undefined) return { tokens, lost: began };
    tokens.push({ text: unescaped(found[1] ?? found[2] ?? found[0]), line: began, mark: false });
  }
  return { tokens };
};

/**
 * Reads the file of a site, with the values in place of their names: words to be told to root's program, or every problem that
 * nginx's grammar has with it. Which directives may stand in it is that program's to say.
 * @param file its name, for problems
 */
export const siteWords = (
  file: string,
  content: string,
  values: SiteValues,
): { site?: SiteWords; problems: readonly Problem[] } => {
  const { text, problems: unknown } = fillNames(file, content, values, commented);
  const problems = [...unknown];
  const say = (line: number, what: string, next: string): void => {
    problems.push({ where: file, line, what, next });
  };
  const { tokens, lost } = tokensOf(text);
  const words: string[] = [];
  const lines: number[] = [];
  const open: number[] = [];
  let statement: Token[] = [];
  for (const token of tokens) {
    const [name] = statement;
    if (!token.mark) {
      statement.push(token);
      continue;
    }
    if (token.text === '}') {
      if (name !== undefined) say(name.line, `${name.text}: its ; is missing`, 'end each directive with ;');
      if (open.pop() === undefined) say(token.line, '} closes nothing', 'take it away');
      statement = [];
      words.push('}');
      lines.push(token.line);
      continue;
    }
    if (name === undefined) say(token.line, `${token.text} stands behind nothing`, 'take it away');
    else if (!/^[a-z0-9_]+$/.test(name.text))
      say(name.line, `${name.text} is not the name of a directive`, 'begin each directive with its name');
    else {
      words.push(`.${name.text}`, ...statement.slice(1).map((one) => `-${one.text.replaceAll(/[\0\n\r]/g, '\t')}`));
      words.push(token.text);
      lines.push(name.line);
    }
    if (token.text === '{') open.push(token.line);
    statement = [];
  }
  const [rest] = statement;
  if (lost !== undefined) say(lost, 'a quote is not closed, or a word stands right behind it', 'look for the quote');
  else {
    if (rest !== undefined) say(rest.line, `${rest.text}: its ; is missing`, 'end each directive with ;');
    for (const line of open) say(line, 'the block that begins here is not closed', 'close it with }');
  }
  return problems.length > 0
    ? { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) }
    : { site: { words: words.join('\n'), lines }, problems: [] };
};

/** The line of the file that is meant by a line of the text which the host has made of it; undefined: none. */
export const lineOfSite = ({ lines }: SiteWords, line: number): number | undefined => lines[line - 2];
