/** Runs a program of the checks and gives what it said when it failed. */
import { spawn, spawnSync } from 'node:child_process';

type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly error?: Error;
};

/** What a program said, and how it ended; nothing else waits for it. */
export const ended = (program: string, words: readonly string[], input = ''): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(program, words);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (error) => {
      resolve({ status: null, ...said, error });
    });
    child.on('close', (status) => {
      resolve({ status, ...said });
    });
  });

/** The lines of stdout and stderr when it exits with anything but 0, else none. */
export const complaints = async (program: string, words: readonly string[]): Promise<readonly string[]> => {
  const { status, stdout, stderr, error } = await ended(program, words);
  if (error !== undefined) return [`${program}: ${error.message}`];
  if (status === 0) return [];
  return [
    ...`${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== ''),
    `${program} ended with ${status}`,
  ];
};

/** A program of a package in node_modules, run by the Node that runs us. */
export const tool = (file: string, ...words: readonly string[]): Promise<readonly string[]> =>
  complaints(process.execPath, [`node_modules/${file}`, ...words]);

/** The path of a program that scripts/pinned installs, or what is to be done where it is not there. */
export const pinned = (
  name: string,
):
  { readonly path: string; readonly problem?: undefined } | { readonly path?: undefined; readonly problem: string } => {
  const { status, stdout, stderr } = spawnSync('scripts/pinned', ['where', name], { encoding: 'utf8' });
  return status === 0 ? { path: stdout.trim() } : { problem: stderr.trim() };
};
