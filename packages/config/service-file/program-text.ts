import type { Problem } from '#fault';
import type { Entry, Reader } from './entry.ts';

/** What stands before a word in a comment. */
export const inProgramComment = /(?:^|\s)[;#]/;

/**
 * Reads a file of supervisor's by the rules of Python's configparser, as supervisor sets it: `;` and `#` behind a space begin a comment,
 * keys are in small letters, and a line that is indented more than its key goes on with the value.
 */
export const readPrograms: Reader = (file, text) => {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  let section: string | undefined;
  // of the last key of the section, and how far it is indented
  let last: { entry: Entry; indent: number } | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = at + 1;
    const put = raw.slice(0, inProgramComment.exec(raw)?.index).trim();
    if (put === '') continue;
    const depth = raw.length - raw.trimStart().length;
    if (last !== undefined && depth > last.indent) {
      last.entry = { ...last.entry, value: `${last.entry.value}\n${put}`.trim() };
      entries[entries.length - 1] = last.entry;
      continue;
    }
    const head = /^\[(.+)\]/.exec(put)?.[1];
    const parts = put.search(/[=:]/);
    const key = put.slice(0, Math.max(parts, 0)).trim();
    const value = put.slice(parts + 1).trim();
    if (head !== undefined) {
      section = head;
      last = undefined;
      entries.push({ section, key: '', value: '', line });
    } else if (key === '')
      problems.push({ where: file, line, what: 'this line is neither [SECTION] nor KEY=VALUE', next: 'mend the line' });
    else if (section === undefined)
      problems.push({
        where: file,
        line,
        what: 'this line stands before any [SECTION]',
        next: 'begin with [program:NAME]',
      });
    else {
      last = { entry: { section, key: key.toLowerCase(), value, line }, indent: depth };
      entries.push(last.entry);
    }
  }
  return { entries, problems };
};
