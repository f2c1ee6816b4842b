/** A workflow run, as much as actions can see of it. */
export type WorkflowRun = {
  readonly repository: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly attempt: number;
  readonly workflow: string;
  readonly job: string;
  readonly actor: string;
  readonly sha: string;
  readonly ref: string;
};

/** A run with everything that is not given made up, always in the same way. */
export const workflowRun = (given: Partial<WorkflowRun> = {}): WorkflowRun => ({
  repository: 'spine/notes',
  runId: '1001',
  runNumber: 1,
  attempt: 1,
  workflow: 'Ship',
  job: 'ship',
  actor: 'grace',
  sha: '0'.repeat(40),
  ref: 'refs/heads/main',
  ...given,
});

/** The variables that GitHub sets for each step of the run. */
export const runVariables = (run: WorkflowRun): Record<string, string> => ({
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: run.actor,
  GITHUB_API_URL: 'http://127.0.0.1:1/api',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_JOB: run.job,
  GITHUB_REF: run.ref,
  GITHUB_REF_NAME: run.ref.replace(/^refs\/(heads|tags)\//, ''),
  GITHUB_REPOSITORY: run.repository,
  GITHUB_REPOSITORY_OWNER: run.repository.split('/')[0] ?? '',
  GITHUB_RUN_ATTEMPT: String(run.attempt),
  GITHUB_RUN_ID: run.runId,
  GITHUB_RUN_NUMBER: String(run.runNumber),
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: run.sha,
  GITHUB_TRIGGERING_ACTOR: run.actor,
  GITHUB_WORKFLOW: run.workflow,
  GITHUB_WORKFLOW_REF: `${run.repository}/.github/workflows/ship.yml@${run.ref}`,
  RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
  RUNNER_ENVIRONMENT: 'self-hosted',
  RUNNER_NAME: 'test',
  RUNNER_OS: 'Linux',
});
