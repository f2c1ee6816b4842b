import { z } from 'zod';
import { readDuration } from '#plan';
import { commandWords } from './command-words.ts';
import { duration } from './values.ts';

const command = commandWords.describe(
  'What runs, in `directory` of the release: words as in sh, but no shell. The first word is looked up in the Python environment, then on PATH.',
);

const timeout = (longest: string) =>
  duration
    .prefault('30s')
    .refine((ms) => ms <= (readDuration(longest) ?? 0), {
      error: `expected at most ${longest}`,
      when: ({ issues }) => issues.length === 0,
    })
    .describe(`How long it may take, at most ${longest}; then it is ended, and has failed.`);

const hook = (longest: string) => z.strictObject({ command, timeout: timeout(longest) });

/** Commands of the team's own around a switch. An undo must not wait long for one. */
export const hooks = z.strictObject({
  'before-switch': hook('10m')
    .optional()
    .describe('Runs before anything of a switch changes. If it fails, nothing is switched.'),
  'after-switch': hook('10m')
    .optional()
    .describe('Runs when the release is up and proven, before the checks. If it fails, the release is taken back.'),
  'before-undo': hook('1m')
    .optional()
    .describe('Runs before a release is taken back, by whoever does it. If it fails, the undo goes on.'),
});
