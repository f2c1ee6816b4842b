import type { Fault } from '#fault';

/** A message that the runner pins to the run, and to a line of a file where it has one. */
export type Annotation = {
  /** Left out: an error. */
  readonly level?: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title: string;
  readonly file?: string;
  readonly line?: number;
};

/** GitHub shows this many of a type a step; more are dropped. */
export const most = 10;
/** Characters of one message that are kept. */
const longest = 4000;

/** A fault as annotations: the fault itself, then each problem that has a line of a file. */
export const annotations = (fault: Omit<Fault, 'cause'>): readonly Annotation[] => {
  const where = fault.host === undefined ? '' : ` (${fault.host})`;
  const lines = (fault.problems ?? []).flatMap(({ where: file, line, what, next }): Annotation[] =>
    line === undefined || file.startsWith('input ')
      ? []
      : [{ title: fault.code, file, line, message: cut(next === undefined ? what : `${what}\n${next}`) }],
  );
  // Problems of inputs have no place of their own: the fault's message names them.
  const rest = (fault.problems ?? []).filter(
    ({ where: place, line }) => line === undefined || place.startsWith('input '),
  );
  const named = rest.map(
    (problem) => `${problem.where}: ${problem.what}${problem.next === undefined ? '' : ` (${problem.next})`}`,
  );
  const message = [`${fault.what}${where}`, ...named, fault.next].join('\n');
  return [{ title: fault.code, message: cut(message) }, ...lines].slice(0, most);
};

export const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);
