/** The header of a program for hosts: what its first comment says, taken apart. */

export type Header = {
  /** How it is called, and what it does then: `undo t42 [WHY]`, `takes transaction …`. The first word is its name. */
  readonly usages: readonly { readonly call: string; readonly says: string }[];
  /** Whole sentences that are none of the others. */
  readonly prose: string;
  readonly reads: string;
  readonly changes: string;
  readonly prints: string;
  readonly exits: string;
};

const labels = { Reads: 'reads', Changes: 'changes', Prints: 'prints', Exit: 'exits' } as const;

const usage = /^(\S.*?) {3,}(.+)$/;
const more = /^ {3,}(.+)$/;

/** The comment that a text begins with, without `#`. */
const comment = (text: string): readonly string[] => {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines.slice(0, end < 0 ? lines.length : end).map((line) => line.replace(/^# ?/, ''));
};

/** What the header of a text that others begin with says of it: its first sentence. */
export const firstSentence = (text: string): string =>
  comment(text)
    .join(' ')
    .replace(/^\S+: /, '')
    .split(/(?<=\.) /)[0] ?? '';

/**
 * The header of a program; undefined for a text that other programs begin with, whose header has no usage. Throws where the header
 * does not say what the program changes, what it prints and with which codes it exits.
 */
export const headerOf = (file: string, text: string): Header | undefined => {
  const usages: { call: string; says: string }[] = [];
  const rest: string[] = [];
  for (const line of comment(text)) {
    const [, call = '', says = ''] = usage.exec(line) ?? [];
    const continued = more.exec(line)?.[1];
    const last = usages.at(-1);
    if (call !== '' && rest.length === 0) usages.push({ call, says });
    else if (continued !== undefined && last !== undefined) last.says += ` ${continued}`;
    else rest.push(line);
  }
  if (usages.length === 0) return undefined;
  const said = { reads: '', changes: '', prints: '', exits: '' };
  const prose: string[] = [];
  for (const part of rest.join(' ').split(/(?<=\.) (?=(?:Reads|Changes|Prints|Exit)\b)/)) {
    const [, label = '', what = ''] = /^(Reads|Changes|Prints|Exit):? (.+)$/.exec(part) ?? [];
    if (label === '') prose.push(part);
    else if (label === 'Reads') {
      // sentences that follow are about the whole program
      const [first = '', ...after] = what.split(/(?<=\.) (?=[A-Z])/);
      said.reads = first;
      prose.push(...after);
    } else said[labels[label as keyof typeof labels]] = what;
  }
  for (const [label, key] of Object.entries(labels))
    if (said[key] === '' && label !== 'Reads') throw new Error(`${file}: its header has no \`${label}\``);
  return { usages, prose: prose.join(' '), ...said };
};
