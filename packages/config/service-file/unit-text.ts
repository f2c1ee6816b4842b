import type { Problem } from '#fault';
import type { Entry, Reader } from './entry.ts';

/** What stands before a word in a comment. */
export const inUnitComment = /^\s*[#;]/;

/** Does the line go on? A backslash before its end says so, unless that is escaped. */
const goesOn = (text: string): boolean => (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1;

/** Lines as systemd joins them, each with the number of its first. Comments may stand between; spaces before a line do not count. */
const joined = (text: string): readonly (readonly [line: string, at: number])[] => {
  const lines: [string, number][] = [];
  let open: [string, number] | undefined;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimStart();
    if (inUnitComment.test(line)) continue;
    const whole: [string, number] = open === undefined ? [line, at + 1] : [open[0] + line, open[1]];
    open = goesOn(line) ? [`${whole[0].slice(0, -1)} `, whole[1]] : undefined;
    if (open === undefined) lines.push(whole);
  }
  return open === undefined ? lines : [...lines, open];
};

/** Reads a unit by the syntax of systemd.syntax(7). What systemd would only pass over, with a warning, is a problem. */
export const readUnit: Reader = (file, text) => {
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  let section: string | undefined;
  for (const [whole, line] of joined(text)) {
    const put = whole.trim();
    if (put === '') continue;
    const at = put.indexOf('=');
    if (put.startsWith('[') && put.endsWith(']')) {
      section = put.slice(1, -1);
      entries.push({ section, key: '', value: '', line });
    } else if (at < 1)
      problems.push({ where: file, line, what: 'this line is neither [SECTION] nor KEY=VALUE', next: 'mend the line' });
    else if (section === undefined)
      problems.push({
        where: file,
        line,
        what: 'this line stands before any [SECTION]',
        next: 'put it below [Service]',
      });
    else entries.push({ section, key: put.slice(0, at).trim(), value: put.slice(at + 1).trim(), line });
  }
  return { entries, problems };
};
