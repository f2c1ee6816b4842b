/** Runs a program of the checks and gives what it said when it failed. */
import { spawnSync } from 'node:child_process';

/** The lines of stdout and stderr when it exits with anything but 0, else none. */
export const complaints = (program: string, words: readonly string[], input = ''): readonly string[] => {
  const ended = spawnSync(program, words, { encoding: 'utf8', input, maxBuffer: 64 << 20 });
  if (ended.error !== undefined) return [`${program}: ${ended.error.message}`];
  if (ended.status === 0) return [];
  return [
    ...`${ended.stdout}\n${ended.stderr}`.split('\n').filter((line) => line.trim() !== ''),
    `${program} ended with ${ended.status}`,
  ];
};

/** A program of a package in node_modules, run by the Node that runs us. */
export const tool = (file: string, ...words: readonly string[]): readonly string[] =>
  complaints(process.execPath, [`node_modules/${file}`, ...words]);

/** The path of a program that scripts/pinned installs, or what is to be done where it is not there. */
export const pinned = (
  name: string,
):
  { readonly path: string; readonly problem?: undefined } | { readonly path?: undefined; readonly problem: string } => {
  const { status, stdout, stderr } = spawnSync('scripts/pinned', ['where', name], { encoding: 'utf8' });
  return status === 0 ? { path: stdout.trim() } : { problem: stderr.trim() };
};
