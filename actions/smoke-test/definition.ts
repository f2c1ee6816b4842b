import { defineAction, dryRunInput, envInput, hostInputs, sharedOutputs } from '#kit';

export const smokeTest = defineAction({
  name: 'smoke-test',
  description:
    'Proves that a release serves: checks over HTTP from outside and, with SSH, that every process of every service runs that release.',
  inputs: {
    ...hostInputs,
    url: {
      kind: 'text',
      description:
        'The public address of the application, in place of `url`. Enough on its own: then only the checks from outside are done.',
    },
    checks: {
      kind: 'text',
      description:
        'The checks, in place of `smoke`: YAML, a list or one of them. If there are none, one GET of `/`: a 2xx, or a redirect on the same host.',
    },
    release: {
      kind: 'text',
      description: 'The release that must be live, by its id. If not given: whichever is.',
    },
    processes: {
      kind: 'choice',
      of: ['auto', 'true', 'false'],
      default: 'auto',
      description: 'Look on the host which release each process really runs. `auto`: where a host is named.',
    },
    timeout: {
      kind: 'duration',
      description: 'How long a check is tried again before it has failed, in place of its own `within`.',
    },
    'on-failure': {
      kind: 'choice',
      of: ['undo', 'keep'],
      default: 'undo',
      description:
        'What a failure does to an unconfirmed release of the same run: `undo` takes it back at once, `keep` leaves it. A confirmed release is never touched.',
    },
    'sign-off': {
      kind: 'text',
      description:
        'A transaction like `t42`, whose release serves: when all checks have passed, the journal on the host keeps that whoever started this run stands for it. Only in runs that a person starts (`workflow_dispatch`).',
    },
    ...envInput,
    ...dryRunInput,
  },
  outputs: {
    ...sharedOutputs,
    passed: { description: 'How many checks passed.' },
    failed: { description: 'How many checks failed.' },
    'p95-ms': {
      description:
        'In how many ms 95 of 100 requests were answered, of the slowest check that has `repeat` or `p95`; empty where none has.',
    },
    'stale-processes': {
      description: 'How many processes run another release, or do not run; empty where nobody looked.',
    },
  },
  post: false,
});
