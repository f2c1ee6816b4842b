import { shorten } from './shorten.ts';

/** A word of a command without what is surely, or may be, secret: who logs in at an address, and the value of a variable. */
const open = (word: string): string =>
  word.replace(/(^|\s)([A-Za-z_][A-Za-z0-9_]*=)[^]*/, '$1$2…').replace(/:\/\/[^]*@/, '://…@');

/** A command as it is shown: at most 120 characters of it, and none of its passwords. */
export const commandLine = (words: readonly string[]): string => shorten(words.map(open).join(' '), 120);
