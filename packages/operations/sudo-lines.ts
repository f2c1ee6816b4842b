/** What sudoers would read as something else: in a command these are written with a backslash. */
const escaped = (text: string): string => text.replace(/[,:=\\]/g, '\\$&');

/** The lines of sudoers that let a user have root run these very commands and no others. None of them holds a pattern. */
export const sudoLines = (user: string, commands: readonly string[]): readonly string[] =>
  commands.map((command) => `${user} ALL=(root) NOPASSWD: ${escaped(command)}`);

/** What is said where sudo does not allow some commands yet: what they are for, and the lines for root to add. */
export const mayNot = (
  user: string,
  path: string,
  { barred, sudo }: { readonly barred: readonly string[]; readonly sudo: boolean },
): { readonly what: string; readonly next: string } => ({
  what: `${user} may not stop and start what runs from ${path} by sudo, without a password, as an undo must`,
  next: [
    `as root: ${sudo ? '' : 'apt-get install -y sudo, then '}visudo -f ${sudoFile(path)}, and add these lines:`,
    ...sudoLines(user, barred),
  ].join('\n'),
});

/** The file for them; sudo passes over names with a dot. */
export const sudoFile = (path: string): string =>
  `/etc/sudoers.d/landfall-${path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-')}`;
