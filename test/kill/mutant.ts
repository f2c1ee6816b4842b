import { withLine, withLines } from './positions.ts';

/**
 * The call of `_at` behind this line. Where a body begins, the status is that of something before it, maybe of a condition that was false:
 * to return it would end the program.
 */
export const call = (line: string): string =>
  /^\w+\(\) \{|(?:\bdo|\bthen|\belse|\{|\))$/.test(line) ? '_at || :' : '_at';

/** Lines that change something are killed each time that they are reached, up to this often; others the first time. */
const oftenest = 3;
const changing =
  /^\s*(?:(?:if|until|while|!)\s+)*(?:\(|(?:kill|guard|minded|supervise|mv|ln|rm|mkdir|store|put|note|ask|\w*order|own_systemd|forget|\w*rest|setsid|cp|tar|each|serve|point|describe|register|hold|resume|rouse|moved_\w+|ends|drop_\w+|announce|deliver|as_root|theirs|halt|keep_programs|closed)\b)|.*\|\| rm\b|_order"|(?<![0-9<])>>?\s*"/;

/** May this line change something that the next program could see? */
export const changes = (line: string): boolean => changing.test(line);

/** How often a line is killed, if it is reached so often. */
export const timesKilled = (line: string): number => (changes(line) ? oftenest : 1);

// the whole group: a subshell of the program that lived on would go on with half of what it was to be told
const kill = 'kill -9 -$$';

/** The text that kills itself when it is at `line` for the `visit`th time. */
export const killing = (text: string, line: number, visit: number): string =>
  visit === 1
    ? withLine(text, line, kill)
    : `_at() { _status=$?; _visits=$((\${_visits:-0} + 1)); [ "$_visits" -lt ${visit} ] || ${kill}; return "$_status"; }\n` +
      withLine(text, line, call(text.split('\n')[line - 1] ?? ''));

/** The text that is held, the whole group, behind each line of these, the first so many times that it gets there; before, it writes `line visit` into a file. */
export const holding = (text: string, at: ReadonlyMap<number, number>, file: string): string =>
  `_at() { _status=$?; eval "_visits=\\$((\\\${_$1:-0} + 1)); _$1=\\$_visits"; [ "$_visits" -gt "$2" ] || { echo "$1 $_visits" >>'${file}'; kill -STOP -$$; }; return "$_status"; }\n` +
  withLines(text, [...at.keys()], (line, old) => call(old).replace('_at', `_at ${line} ${at.get(line)}`));
