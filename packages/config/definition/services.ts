import { z } from 'zod';
import { splitCommand } from './command.ts';
import { duration } from './values.ts';

const command = z
  .string()
  .describe(
    'What the service runs, in `directory` of the release: words as in sh, but no shell. The first word is looked up in the Python environment, then on PATH.',
  )
  .transform((text, context) => {
    const split = splitCommand(text);
    if ('words' in split) return split.words;
    context.issues.push({ code: 'custom', message: split.refused, input: text });
    return z.NEVER;
  });

const role = z
  .enum(['web'], {
    error: ({ input }) => (typeof input === 'string' ? `role ${input} is not supported; only web is` : 'expected web'),
  })
  .default('web')
  .describe('What the service is for. `web` answers requests.');

const listen = z
  .union([z.int().min(1).max(65_535), z.string().regex(/^(?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):)?\d{1,5}$/)], {
    error: 'expected a port, or address:port',
  })
  .transform((value) => `${value}`)
  .describe('A port, or `address:port`, that the service itself must listen on before it counts as up.');

export const service = z.strictObject({
  command,
  role,
  drain: duration.prefault('30s').describe('How long it may take to stop.'),
  boot: duration.prefault('60s').describe('How long it may take to come up.'),
  listen: listen.optional(),
});

export const services = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a service has letters, digits, _ and - (at most 64)'),
  service,
);
