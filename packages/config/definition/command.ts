import { parse } from 'shell-quote';

const closed = /^(?:[^'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")*$/;
const hint = `a command is not a shell line; where one is needed use sh -c '…', of a service sh -c 'exec …', so that it stays one process`;

/** Why a word cannot travel; undefined: it can. */
export const unfitIn = (word: string): string | undefined => {
  if (word.includes('\0')) return 'a word holds a NUL';
  return /[\n\r]/.test(word) ? 'a word holds a line end' : undefined;
};

/** The words of a command, or why it is none. Quotes and backslashes work as in sh; nothing is expanded. */
export const splitCommand = (command: string): { words: readonly string[] } | { refused: string } => {
  if (!closed.test(command)) return { refused: 'a quote is not closed' };
  const words: string[] = [];
  // Without a function that answers with an object, shell-quote would put an empty text where a variable stands.
  for (const token of parse(command, (name) => ({ op: `$${name}` }))) {
    if (typeof token !== 'string') return { refused: `${shown(token)}: ${hint}` };
    if (token.includes('`')) return { refused: `\`: ${hint}` };
    const unfit = unfitIn(token);
    if (unfit !== undefined) return { refused: unfit };
    words.push(token);
  }
  return words.length === 0 || words[0] === '' ? { refused: 'the command is empty' } : { words };
};

/** What stands there that only a shell understands. */
const shown = (token: object): string => {
  if ('pattern' in token) return String(token.pattern);
  return 'op' in token ? String(token.op) : '#';
};
