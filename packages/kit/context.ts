import type { RunContext } from '#plan';
import { changeOf } from './change.ts';
import { forkOf } from './fork.ts';

/** The variable by which the steps of one job know that they are one. */
export const jobVariable = 'LANDFALL_JOB';

/** The workflow's file, on whatever ref: run numbers count for it. As a word, for it is kept in journals. */
const workflowOf = (ref: string, name: string): string => {
  const file = ref.replace(/@.*$/, '');
  return (file === '' ? name : file).replaceAll(/[^A-Za-z0-9._:/@#+-]/g, '-');
};

/**
 * What runs this, from the runner's variables. Without a runner, a run of its own that is called `local`.
 * `token` and `driver` are those of the job and of the step, found or new; `payload` is what GitHub says of the event.
 */
export const runContext = (
  environment: Readonly<Record<string, string | undefined>>,
  { token, driver, payload }: { token: string; driver: string; payload?: unknown },
): RunContext => {
  const of = (name: string, otherwise: string): string => {
    const value = environment[name];
    return value === undefined || value === '' ? otherwise : value;
  };
  const number = (name: string, otherwise: number): number => {
    const value = Number(of(name, ''));
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  const repository = of('GITHUB_REPOSITORY', 'local');
  const runId = of('GITHUB_RUN_ID', `local-${driver}`);
  const page = `${of('GITHUB_SERVER_URL', 'https://github.com')}/${repository}/actions/runs/${runId}`;
  const job = of('GITHUB_JOB', '');
  const step = of('GITHUB_ACTION', '');
  const event = of('GITHUB_EVENT_NAME', '');
  const fork = forkOf(event, payload);
  const sha = of('GITHUB_SHA', '');
  const ref = of('GITHUB_REF', '');
  const change = changeOf(payload, ref);
  const actor = of('GITHUB_ACTOR', of('USER', 'unknown'));
  const restartedBy = of('GITHUB_TRIGGERING_ACTOR', actor);
  return {
    repository,
    runId,
    attempt: number('GITHUB_RUN_ATTEMPT', 1),
    runNumber: number('GITHUB_RUN_NUMBER', 0),
    workflow: workflowOf(of('GITHUB_WORKFLOW_REF', ''), of('GITHUB_WORKFLOW', 'local')),
    actor,
    ...(restartedBy === actor ? {} : { restartedBy }),
    url: of('GITHUB_RUN_ID', '') === '' ? 'local' : page,
    token,
    driver,
    ...(job === '' ? {} : { job }),
    ...(step === '' ? {} : { step }),
    ...(event === '' ? {} : { event }),
    ...(sha === '' ? {} : { sha }),
    ...(ref === '' ? {} : { ref }),
    ...(change === undefined ? {} : { change }),
    ...(fork === undefined ? {} : { fork }),
  };
};
