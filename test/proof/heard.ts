import type { Command } from '../lab/embedded-command.ts';

/** A program as the SSH server hears it come: which one, and, where it is to run detached, the file that its step's files begin with. */
export type Heard = { readonly name: string; readonly step?: string };

/** The words of a frame's arguments, as far as they hold no quote. */
const wordsOf = (text: string): readonly string[] => [...text.matchAll(/'([^']*)'/g)].map(([, word]) => word ?? '');

/** The header of a program, behind those of the functions that stand in front of it. */
const header = /^# ([a-z-]+)\.sh [A-Z]/gm;

/** The program of a whole frame: `<bytes of the arguments> <bytes of the text> <token>` NL, arguments, text. */
const read = (frame: Buffer): { heard: Heard | undefined; length: number } | undefined => {
  const end = frame.indexOf(10);
  if (end < 0) return undefined;
  const [args = 0, text = 0] = frame.subarray(0, end).toString('latin1').split(' ').map(Number);
  const length = end + 1 + args + text;
  if (frame.length < length) return undefined;
  const words = wordsOf(frame.subarray(end + 1, end + 1 + args).toString());
  const name = [
    ...frame
      .subarray(end + 1 + args, length)
      .toString()
      .matchAll(header),
  ].at(-1)?.[1];
  if (name !== 'follow') return { heard: name === undefined ? undefined : { name }, length };
  const [steps = '', step = ''] = words;
  return { heard: { name: step.replace(/-\d+-[0-9a-f]+$/, ''), step: `${steps}/${step}` }, length };
};

/**
 * Listens to what comes on the stdin of commands. `hear` gives the program with the piece that completes its frame, once:
 * that piece has not reached the host's shell yet, so nothing of the program has run.
 */
export const listener = (): { readonly hear: (command: Command, piece: Buffer) => Heard | undefined } => {
  const frames = new WeakMap<Command, Buffer | 'whole'>();
  return {
    hear: (command, piece) => {
      const before = frames.get(command) ?? Buffer.alloc(0);
      if (before === 'whole') return undefined;
      const frame = Buffer.concat([before, piece]);
      const found = read(frame);
      frames.set(command, found === undefined ? frame : 'whole');
      return found?.heard;
    },
  };
};
