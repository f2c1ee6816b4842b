import { z } from 'zod';
import { splitCommand } from './command.ts';

/** A command as people write it → its words. */
export const commandWords = z.string().transform((text, context) => {
  const split = splitCommand(text);
  if ('words' in split) return split.words;
  context.issues.push({ code: 'custom', message: split.refused, input: text });
  return z.NEVER;
});
