import type { InputDefinition } from './definition.ts';

type Shared = Readonly<Record<string, InputDefinition>>;

/** The inputs of every action that touches a host. An input beats the same key in landfall.yml. */
export const hostInputs = {
  config: {
    kind: 'text',
    description:
      'The file that describes the application and its targets. `landfall.yml` or `landfall.yaml` in the workspace if not given; none is needed where the inputs say enough.',
  },
  target: {
    kind: 'text',
    description: 'The target in the file, like `production`. May be left out where there is only one.',
  },
  host: {
    kind: 'text',
    description:
      'Where to connect, as `user@host` or `user@host:port`, in place of `hosts.ssh`; `hosts.via` stays the way there.',
  },
  path: {
    kind: 'text',
    description: 'Where the application is found on the host, in place of `path`: a symlink to the live release.',
  },
  'ssh-key': {
    kind: 'secret',
    description:
      'The private key of the deploy user, at jump hosts too. If not given, the SSH agent at `SSH_AUTH_SOCK` is asked.',
  },
  'ssh-key-passphrase': { kind: 'secret', description: 'The passphrase of `ssh-key`, where it has one.' },
  'host-key': {
    kind: 'text',
    description:
      "The host's public key, in place of `hosts.key`: lines of `ssh-keyscan`, or `ssh-ed25519 AAAA…` alone. It is no secret, and is best kept in the file. Without a pinned key no connection is made.",
  },
} as const satisfies Shared;

/** For actions that ask GitHub something. */
export const githubInputs = {
  'github-token': {
    kind: 'secret',
    evaluated: '${{ github.token }}',
    description:
      "The token that GitHub is asked with; the job's own if not given. With the right `actions: read` a target whose holder's run is over is taken over at once. Without it, the time of that run is waited for. Who approved the run is asked with it, too.",
  },
} as const satisfies Shared;

/** For actions after which another release serves. */
export const environmentInput = {
  environment: {
    kind: 'text',
    description:
      'The name of an environment of the repository, like `production`: GitHub then shows a deployment there, in progress, and at its end success or failure, with `url` and the page of the run. For jobs that have no `environment:` of their own; with one, GitHub keeps that record itself and none is made twice. Needs the right `deployments: write`. Where GitHub cannot be told, a warning says so and nothing else changes.',
  },
} as const satisfies Shared;

/** For actions that change something. */
export const dryRunInput = {
  'dry-run': {
    kind: 'flag',
    default: false,
    description: 'Look at the host, print the plan, change nothing.',
  },
} as const satisfies Shared;

/** For actions that run checks. */
export const envInput = {
  env: {
    kind: 'lines',
    description:
      'Names of environment variables of this step, one a line, that checks may use as `$NAME` in addresses, header values and bodies. Others stay as they are written. The values are masked.',
  },
  'env-values': {
    kind: 'secret',
    holds: 'values',
    description:
      'The same with their values: `NAME=value` lines, written as in a `.env`, for steps that can be given no variables of their own, like those of a reusable workflow. The values are masked before anything else is done.',
  },
} as const satisfies Shared;

/** How the job stands: evaluated by the runner, afresh for the post step. */
export const jobStatusInput = {
  'job-status': {
    kind: 'hidden',
    default: '${{ job.status }}',
    description: 'Set by the runner: the post step learns from it how the job ended. Leave it alone.',
  },
} as const satisfies Shared;
