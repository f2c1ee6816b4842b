/** What quotes, or joins two lines into one; what leads an output elsewhere (`2>&1`, `&>log`) and only looks like a program in the background. */
const harmless = /\\[^]|'[^']*'|"((?:[^"\\]|\\[^])*)"|[0-9]*[<>]&[0-9-]?|&>/g;

/** `cd web && …`: where it cannot, nothing else is run, and the shell itself says so. */
const into = /^\s*cd\s+(?:"[^"$`]*"|'[^']*'|[^\s"'$`;&|()<>]+)\s*&&/;

/** What is run within double quotes is run. */
const within = (_: string, quoted = ''): string => (/`|\$\(/.test(quoted) ? '`' : '');

/** `bash -c '…'`, `eval '…'`: what is run stands in quotes. `sh lint.sh` is one program: what a script runs is not known of any program. */
const shell = /(?:^|[\s/])(?:a|ba|da|k|z)?sh\s+(?:[-+][a-zA-Z]*[oO]\s+\w+\s+|-\S+\s+)*-[a-zA-Z]*c\b|(?:^|\s)eval\s/;

/** Is a line of bash one program alone, so that its exit code is that program's? As far as can be told without bash: false in doubt. Pure. */
export const oneProgram = (command: string): boolean => {
  const bare = command.trim().replace(into, '').replaceAll(harmless, within);
  return !/[;&|\n`]|\$\(/.test(bare) && !shell.test(bare);
};
