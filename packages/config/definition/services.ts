import { z } from 'zod';
import { readDuration, roles } from '#plan';
import { commandWords } from './command-words.ts';
import { roleOf } from './role.ts';
import { unit } from './unit.ts';
import { duration, insidePath } from './values.ts';

const command = commandWords.describe(
  'What the service runs, in `directory` of the release: words as in sh, but no shell. The first word is looked up in the Python environment, then on PATH.',
);

const role = z
  .enum(roles, `expected one of ${roles.join(', ')}`)
  .optional()
  .describe(
    'What the service is for, which decides when a switch stops and starts it: `web`, `websocket`, `worker` or `scheduler`. If not given: by the command, where that is gunicorn, daphne, uvicorn, hypercorn, `celery … worker` or `celery … beat`. See `docs/services.md`.',
  );

const listen = z
  .union([z.int().min(1).max(65_535), z.string().regex(/^(?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):)?\d{1,5}$/)], {
    error: 'expected a port, or address:port',
  })
  .transform((value) => `${value}`)
  .describe(
    'A port, or `address:port`, that the service itself must listen on before it counts as up. Of `web` and `websocket` only.',
  );

/** What an undo can wait for: the programs that take a release back end within a quarter of an hour. */
const longestDrain = '10m';

export const drain = duration
  .prefault('30s')
  .refine((ms) => ms <= (readDuration(longestDrain) ?? 0), {
    error: `expected at most ${longestDrain}: an undo has to wait for it`,
    when: ({ issues }) => issues.length === 0,
  })
  .describe(
    'How long it may take to stop, at most 10m; then it is killed. Of a worker: how long the tasks that it is at may still take.',
  );

export const boot = duration.prefault('60s').describe('How long it may take to come up.');

const file = insidePath.describe(
  'A file of the repository that describes the service: a unit of systemd (`….service`), or a file of supervisor’s with a `[program:<name>]`. What it says of the command, `drain`, `boot` and `unit` is taken over; keys beside `file` come before it, those of `unit` one by one. `{current}`, `{shared}` and, with `nginx`, `{domain}` and `{domains}` stand for values of the target. See `docs/services.md`.',
);

/** The role of a service as it was written, whatever else is wrong with it; undefined: nothing tells it. */
const written = (value: { readonly command?: unknown; readonly role?: unknown }): unknown =>
  value.role ?? (Array.isArray(value.command) ? roleOf(value.command as readonly string[], false) : 'web');

// a rule over several keys is asked even where one of them is wrong: all problems are told together
const when = (): boolean => true;

type Written = {
  readonly file?: unknown;
  readonly command?: unknown;
  readonly role?: unknown;
  readonly listen?: unknown;
};

/** What no single key of a service tells, told at `path`. */
export const serviceRules = [
  {
    path: ['role'],
    broken: (value: Written) => written(value) === undefined,
    error: `is missing, and the command does not tell it: add \`role: ${roles.join('`, `role: ')}\``,
    // the line that it is told by, and is to be added to
    params: { line: ['command'] },
  },
  {
    path: ['listen'],
    broken: (value: Written) => value.listen !== undefined && ['worker', 'scheduler'].includes(String(written(value))),
    error: 'nobody asks a worker or a scheduler: `listen` is of web and websocket',
    params: {},
  },
  {
    path: ['command'],
    broken: (value: Written) => value.command === undefined && value.file === undefined,
    error: 'is missing, and there is no `file` that has it',
    params: {},
  },
] as const;

const keys = z.strictObject({
  file: file.optional(),
  command: command.optional(),
  role,
  drain,
  boot,
  listen: listen.optional(),
  unit: unit.optional(),
});

export const service = serviceRules.reduce(
  (schema, { path, broken, error, params }) =>
    schema.refine((value) => !broken(value), { path: [...path], error, params, when }),
  keys,
);

export const services = z.record(
  z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
      'the name of a service has letters, digits, _ and - (at most 64), and does not begin with -',
    ),
  service,
);
