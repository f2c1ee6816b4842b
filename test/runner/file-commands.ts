/**
 * Reads a file command (GITHUB_OUTPUT, GITHUB_STATE, GITHUB_ENV) as the runner does: `name=value` lines, or `name<<END`,
 * lines, `END`. Throws on any other line, as the runner fails the step then.
 */
export const readFileCommand = (text: string): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      found[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (heredoc > 0 && heredoc + 2 < line.length) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      if (end < 0) throw new Error(`no end of the value that begins with: ${line}`);
      found[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else {
      throw new Error(`not of the form name=value: ${line}`);
    }
  }
  return found;
};
