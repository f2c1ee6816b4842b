/** pip's logical lines: a backslash at the end joins, # after a blank begins a comment. */
export const requirementLines = (text: string): readonly { readonly number: number; readonly line: string }[] => {
  const found: { number: number; line: string }[] = [];
  let joined = '';
  let first = 0;
  text.split(/\r?\n/).forEach((physical, at) => {
    if (joined === '') first = at + 1;
    if (physical.endsWith('\\') && !/^\s*#/.test(physical)) {
      joined += `${physical.slice(0, -1)} `;
      return;
    }
    const line = `${joined}${physical}`.replace(/(^|\s)#.*$/, '').trim();
    joined = '';
    if (line !== '') found.push({ number: first, line });
  });
  if (joined.trim() !== '') found.push({ number: first, line: joined.trim() });
  return found;
};

const include = /^(?:(-r|--requirement)|-c|--constraint)(?:\s+|=|(?<=-[rc]))(.+)$/;

/** The file that a line includes with -r, or narrows what is installed with, -c; undefined: it does neither. */
export const requirementsIncluded = (
  line: string,
): { readonly kind: 'requirements' | 'constraints'; readonly file: string } | undefined => {
  const [, requirements, file] = include.exec(line) ?? [];
  return file === undefined ? undefined : { kind: requirements === undefined ? 'constraints' : 'requirements', file };
};
