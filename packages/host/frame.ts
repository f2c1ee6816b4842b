import { Failure } from '#fault';

/**
 * The one command that is ever sent to a host: it waits for a frame, says that it has it (`<token> <pid>` on stdout, `<token>` on
 * stderr: all before these is noise of login files), and runs the program in it. Its bytes mean the same to bash, zsh, fish, tcsh
 * and dash as a login shell: no backslash, `!`, newline, or quote within the quotes. `dd iflag=fullblock` reads exactly so many
 * bytes, so what follows the frame is the program's own stdin; `head -c` reads ahead in busybox. The pid is the process group's.
 * A login file may have left a PATH on which not even `dd` is found: it is made longer, and sh is called by its full path.
 */
export const bootstrap =
  'exec /bin/sh -c \'PATH=${PATH:+$PATH:}/usr/bin:/bin; export PATH; read -r a n t && echo "$t $$" && echo "$t" >&2' +
  ' && a=$(dd bs="$a" count=1 iflag=fullblock 2>/dev/null)' +
  ' && s=$(dd bs="$n" count=1 iflag=fullblock 2>/dev/null)' +
  ' && eval "set -- $a" && unset a n t && eval "$s"\'';

/** A positional parameter: text, or bytes that need not be UTF-8. */
export type Argument = string | Buffer;

/** An argument as one word of sh, byte for byte. Faults: `INPUT_INVALID` for a zero byte, which no argument can hold. */
export const quote = (argument: Argument): Buffer => {
  const bytes = typeof argument === 'string' ? Buffer.from(argument, 'utf8') : argument;
  if (bytes.includes(0))
    throw new Failure({
      code: 'INPUT_INVALID',
      what: 'a value holds a zero byte, which cannot be given to a program',
      next: 'Take the zero byte out of the value.',
    });
  return Buffer.from(`'${bytes.toString('latin1').replaceAll("'", String.raw`'\''`)}'`, 'latin1');
};

/** Arguments as words of sh. Never empty: `dd` cannot read a block of 0 bytes. */
export const words = (args: readonly Argument[]): Buffer =>
  args.length === 0 ? Buffer.from(' ') : Buffer.concat(args.flatMap((argument) => [quote(argument), Buffer.from(' ')]));

/**
 * What a waiting {@link bootstrap} reads: the sizes, the token, the arguments and the program; the program's stdin comes after it.
 * @param token one word that noise cannot contain: random.
 */
export const frame = (token: string, args: readonly Argument[], script: string): Buffer => {
  const quoted = words(args);
  const text = Buffer.from(script, 'utf8');
  return Buffer.concat([Buffer.from(`${quoted.length} ${text.length} ${token}\n`), quoted, text]);
};
