/** What sudoers would read as something else, patterns too: in a command these are written with a backslash. */
const escaped = (text: string): string => text.replace(/[,:=\\*?[\]!]/g, '\\$&');

// `supervisorctl stop all` stops whatever is there, and what begins with a hyphen is an option
const name = String.raw`(?!-|all$)[\w.-]+(?::[\w.-]+)?`;

/** The commands that a line of sudo is printed for: names and paths come from processes that the application has begun. */
const sayable = new RegExp(
  String.raw`^/[a-z/]+/(?:systemctl (?:stop|reset-failed|--no-block start) ${name}\.service|supervisorctl -c /[\w./@+-]+ (?:status|(?:stop|start) ${name}))$`,
);

/** The lines of sudoers that let a user have root run these very commands and no others. None of them holds a pattern. */
export const sudoLines = (user: string, commands: readonly string[]): readonly string[] =>
  commands.map((command) => `${user} ALL=(root) NOPASSWD: ${escaped(command)}`);

/** What is said where sudo does not allow some commands yet: what they are for, and the lines for root to add. */
export const mayNot = (
  user: string,
  path: string,
  { barred, sudo }: { readonly barred: readonly string[]; readonly sudo: boolean },
): { readonly what: string; readonly next: string } => {
  const odd = barred.find((command) => !sayable.test(command));
  return odd === undefined
    ? lacks(user, path, { barred, sudo })
    : {
        what: `no line of sudo can be written for ${JSON.stringify(odd)}: it could allow more than that`,
        next: 'let the names of programs be of letters, digits, _, . and - (GROUP:NAME, but not all), and the path of their file of these, /, @ and +',
      };
};

const lacks = (
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
