import { spawn } from 'node:child_process';
import { Failure, type Fault } from '#fault';
import { environment, gitFault, settings } from './git.ts';

/** How much of what git says against something is kept: characters. */
const kept = 4096;

/**
 * Runs git in the checkout and gives what it prints in pieces, however much that is. Throws a Failure where git fails
 * (`SOURCE_UNFIT`). A caller that stops reading ends it.
 */
export async function* gitStream(
  root: string,
  words: readonly string[],
  input?: Iterable<string>,
): AsyncGenerator<Buffer, void, undefined> {
  const child = spawn('git', [...settings, '-C', root, ...words], { env: environment(), stdio: 'pipe' });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-kept)));
  const ended = new Promise<Fault | undefined>((resolve) => {
    child.once('error', ({ message }) => {
      resolve(gitFault(root, words, message));
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : gitFault(root, words, said === '' ? `ended by ${signal ?? code}` : said));
    });
  });
  child.stdin.on('error', () => undefined);
  void feed(child.stdin, input ?? []);
  try {
    for await (const piece of child.stdout) yield piece as Buffer;
  } finally {
    if (child.exitCode === null && child.signalCode === null && !child.stdout.readableEnded) child.kill();
  }
  const fault = await ended;
  if (fault !== undefined) throw new Failure(fault);
}

/** Writes as fast as it is read. */
const feed = async (stdin: NodeJS.WritableStream, input: Iterable<string>): Promise<void> => {
  for (const text of input) {
    if (!stdin.writable) return;
    if (!stdin.write(text)) await new Promise((resolve) => stdin.once('drain', resolve).once('close', resolve));
  }
  stdin.end();
};
