/** What sudoers would read as something else: in a command these are written with a backslash. */
const escaped = (text: string): string => text.replace(/[,:=\\]/g, '\\$&');

/** The lines of sudoers that let a user have root run these very commands and no others. None of them holds a pattern. */
export const sudoLines = (user: string, commands: readonly string[]): readonly string[] =>
  commands.map((command) => `${user} ALL=(root) NOPASSWD: ${escaped(command)}`);

/** The file for them; sudo passes over names with a dot. */
export const sudoFile = (path: string): string =>
  `/etc/sudoers.d/landfall-${path.slice(path.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-')}`;
