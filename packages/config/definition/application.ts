import { z } from 'zod';
import { checkList } from './check-list.ts';
import { hooks } from './hooks.ts';
import { hosts } from './hosts.ts';
import { nginx } from './nginx.ts';
import { notify } from './notify.ts';
import { services } from './services.ts';
import { test } from './test.ts';
import { duration, hostPath, insidePath, variableName, webAddress } from './values.ts';

/** Bytes of `base`: sockets lie below it, and the name of a unix socket has at most 107 bytes. */
export const longestBase = 60;

const python = z.strictObject({
  requirements: insidePath
    .optional()
    .describe(
      'What the environment is made from: a requirements file, which pip installs, or an `uv.lock`, which the uv of the host does. If not given: `uv.lock`, else `requirements.txt`, beside `manage.py`, then at the root.',
    ),
  venv: insidePath
    .prefault('.venv')
    .describe('The name of the Python environment in the release, as the services call it.'),
  version: z
    .string()
    .regex(/^[A-Za-z0-9._/+-]+$/, 'expected the name of a program, like python3.12')
    .default('python3')
    .describe('The Python program that environments are made with.'),
});

const env = z.strictObject({
  require: z.array(variableName).default([]).describe('Names that the environment of the release must have.'),
});

/** Every key that describes the application and where it goes, with its meaning and default. */
export const applicationKeys = {
  hosts: hosts.optional().describe('The host that the application runs on.'),
  path: hostPath
    .optional()
    .describe('Where the application is found on the host: a symlink to the live release, made by the first deploy.'),
  base: hostPath
    .optional()
    .describe('Where releases, environments and state lie on the host. `<path>-landfall` if not given.'),
  url: webAddress
    .optional()
    .describe('The public address of the application: the gap is measured there, and checks go there.'),
  directory: insidePath.prefault('.').describe('Where `manage.py` is in the repository; services run there.'),
  services: services.default({}).describe('The services of the application, by name.'),
  manager: z
    .enum(['supervisor', 'systemd', 'system', 'units'])
    .optional()
    .describe(
      "What runs the services on the host: `supervisor`, a supervisord of the deploy user; `systemd`, units of its own systemd, for which it must linger; `system`, units of the host's systemd, by a program that the setup script installs; or `units`, units of it that root has written, named as the services are, by exact lines of sudo. If not given: what runs them already, else supervisor where it is installed, else systemd.",
    ),
  nginx: nginx.optional(),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      'Whether a directory that people have made at `path`, a git checkout that programs of a supervisord or units of systemd run from, is taken over by the first deploy. See `docs/adopting.md`.',
    ),
  python: python.prefault({}).describe('How the Python environment is made.'),
  shared: z
    .array(insidePath)
    .default([])
    .describe('Files and directories of the application that outlive releases: media, logs, a SQLite file.'),
  env: env.prefault({}).describe("The application's environment variables (`.env`)."),
  include: z.array(insidePath).default([]).describe('Build output to deploy although git ignores it (patterns).'),
  exclude: z.array(insidePath).default([]).describe('Files of the commit that are not deployed (patterns).'),
  smoke: checkList
    .optional()
    .describe(
      'What is checked after a switch. If not given and `url` is: one GET of `/`, a 2xx or a redirect on the same host. `[]`: nothing.',
    ),
  hooks: hooks.prefault({}).describe('Commands of your own around a switch, on the host. See `docs/hooks.md`.'),
  keep: z.int().min(2).max(100).default(5).describe('How many releases stay on the host.'),
  wait: duration.prefault('10m').describe('How long to wait for another run that holds the target.'),
  notify: notify.prefault({}).describe('Who is told what came of a deploy, and how. See `docs/notices.md`.'),
  'confirm-within': duration
    .optional()
    .describe(
      'How long a switched release may stay unconfirmed before the host takes it back. If not given: 10m with `commit: step`, 45m with `job`, 60m with `later`.',
    ),
};

/** What one target is made from: the top level of the file with the target's own keys in place of the same keys. */
export const application = z.strictObject(applicationKeys);

const targetName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a target has letters, digits, _ and -');

/** The whole of landfall.yml. */
export const file = z.strictObject({
  ...applicationKeys,
  test: test
    .optional()
    .describe('What `test-and-scan` runs, reads and demands. It is about the code, so it is the same for all targets.'),
  targets: z
    .record(targetName, application)
    .refine((targets) => Object.keys(targets).length > 0, 'expected at least one target')
    .optional()
    .describe(
      'Several places that the application goes to, by name. A key given there takes the place of the same key at the top.',
    ),
});

export type Application = z.output<typeof application>;
