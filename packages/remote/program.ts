import type { FaultCode } from '#fault';

/** A program that runs on a host: a POSIX sh text, how its input becomes arguments, and how its output is read. */
export type Program<In, Out> = {
  /** The whole text as sent: the common functions, then the program. */
  readonly text: string;
  /** `finish`: runs detached under `limitMs`, with its output in files below `<base>/.landfall/steps`. `kill`: ends with the connection or a cancel. */
  readonly interrupt: 'kill' | 'finish';
  readonly limitMs: number;
  /** In place of `limitMs`, where the input decides. */
  readonly limitOf?: (input: In) => number;
  /** The positional parameters. Data: the transport quotes them. */
  readonly args: (input: In) => readonly string[];
  /** Reads stdout. Throws when it is not of the program's form. */
  readonly out: (stdout: Buffer) => Out;
  /** The fault when it exits with 1. Other codes: the table of exit codes. */
  readonly fault: FaultCode;
  /** What to do next when it exits with 1. */
  readonly next: string;
};

/** Keeps the types of one program's input and output together. */
export const program = <In, Out>(definition: Program<In, Out>): Program<In, Out> => definition;

/** `key=value` lines, the first `=` divides. Repeated keys are kept in order by {@link lists}. */
export const pairs = (stdout: Buffer): ReadonlyMap<string, string> =>
  new Map(lists(stdout).map(([key, value]) => [key, value]));

/** `key=value` lines as they came. Lines without `=` are not ours and are passed over. */
export const lists = (stdout: Buffer): readonly (readonly [string, string])[] =>
  stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    });
