import { readFileSync } from 'node:fs';
import { handMadeOf, theirProgramsOf } from './hand-made.ts';
import { lists, pairs, program } from './program.ts';
import { undoingText, unitText } from './transaction-programs.ts';

const common = readFileSync(new URL('./common.sh', import.meta.url), 'utf8');

const readTheLines = 'Read the lines above. Nothing was changed: what people have made there runs as before.';

/** Programs for a place where people have installed the application by hand: of the first deploy, and of those after it. */
export const adoptionPrograms = {
  /** Reads {@link probeBody}. */
  'hand-made': program({
    text: unitText + readFileSync(new URL('./hand-made.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 300_000,
    args: (input: { base: string; path: string; directory: string; venv: string }) => [
      input.base,
      input.path,
      input.directory,
      input.venv,
    ],
    out: handMadeOf,
    fault: 'PROGRAM_FAILED',
    next: readTheLines,
  }),
  'their-programs': program({
    text: unitText + readFileSync(new URL('./their-programs.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; services: readonly string[] }) => [input.base, ...input.services],
    out: theirProgramsOf,
    fault: 'PROGRAM_FAILED',
    next: 'Read the lines above. Nothing was changed.',
  }),
  lend: program({
    text: common + readFileSync(new URL('./lend.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; path: string; env: boolean; shared: readonly string[] }) => [
      input.base,
      input.path,
      input.env ? 'yes' : 'no',
      ...input.shared,
    ],
    out: (stdout) => lists(stdout).flatMap(([key, value]) => (key === 'lent' ? [value] : [])),
    fault: 'PATH_OCCUPIED',
    next: readTheLines,
  }),
  adopt: program({
    text: undoingText + readFileSync(new URL('./adopt.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; number: number; path: string; release: string }) => [
      input.base,
      String(input.number),
      input.path,
      input.release,
    ],
    out: (stdout) => ({ previous: pairs(stdout).get('previous') ?? '' }),
    fault: 'PATH_OCCUPIED',
    next: readTheLines,
  }),
};
