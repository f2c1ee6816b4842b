/** Runs programs for hosts directly under a shell, without SSH: the text, its arguments, its stdin. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { needing } from './needs.ts';
import { programs, type Input, type Output, type ProgramName } from '#remote';

/** The shells that every program must run under, as argument vectors. */
export const dash = ['dash'] as const;
export const busybox = ['busybox', 'sh'] as const;
export type Shell = readonly string[];

type InShell = readonly [title: string, body: (shell: Shell) => void, ...programs: readonly string[]];

/** A `describe` under one of the shells; skipped, with the reason, where the shell or a program is missing. */
export const oneShell = (shell: typeof dash | typeof busybox, ...[title, body, ...programs]: InShell): void => {
  needing(shell[0], ...programs).describe(`${title} under ${shell.join(' ')}`, () => {
    body(shell);
  });
};

/** A `describe` for each shell. */
export const eachShell = (...described: InShell): void => {
  for (const shell of [dash, busybox]) oneShell(shell, ...described);
};

export type Ran = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

/** Runs a shell text. The body's end closes stdin. */
export const runText = (
  shell: readonly string[],
  text: string,
  args: readonly string[],
  body: Readable | Buffer | string = '',
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const [command = 'sh', ...words] = [...shell, '-c', text, 'program', ...args];
    const child = spawn(command, words, { env });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(said).toString('utf8') });
    });
    child.stdin.on('error', () => undefined);
    (body instanceof Readable ? body : Readable.from([Buffer.from(body)]))
      .on('error', () => child.stdin.end())
      .pipe(child.stdin);
  });

/** Runs one of the table's programs. */
export const runProgram = <P extends ProgramName>(
  shell: readonly string[],
  name: P,
  input: Input<P>,
  body?: Readable | Buffer | string,
): Promise<Ran> =>
  runText(shell, programs[name].text, (programs[name].args as (input: Input<P>) => readonly string[])(input), body);

/** What the program printed, read as its table entry reads it; a program that fails fails the test with what it said. */
export const outputOf = async <P extends ProgramName>(
  shell: readonly string[],
  name: P,
  input: Input<P>,
  body?: Readable | Buffer | string,
): Promise<Output<P>> => {
  const ran = await runProgram(shell, name, input, body);
  if (ran.code !== 0) throw new Error(`${name} exited with ${ran.code}: ${ran.stderr}`);
  return programs[name].out(ran.stdout) as Output<P>;
};
