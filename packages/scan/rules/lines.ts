/** The line (from 1) in which a position of the text lies. */
export const lineAt = (text: string, position: number): number => {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
};

/** Line and text of each line; `\r` is no part of it. */
export const linesOf = (text: string): readonly { readonly line: number; readonly text: string }[] =>
  text.split('\n').map((one, at) => ({ line: at + 1, text: one.endsWith('\r') ? one.slice(0, -1) : one }));
