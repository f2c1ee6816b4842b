/** What GitHub's runner does with a bundled action, as far as it is documented or can be read in its source. */
export { readFileCommand } from './file-commands.ts';
export { runVariables, workflowRun } from './facts.ts';
export type { WorkflowRun } from './facts.ts';
export { startJob } from './job.ts';
export type { Job, JobStart, Use } from './job.ts';
export { openLog } from './log.ts';
export type { Annotation, Log } from './log.ts';
export { startStep } from './step.ts';
export type { JobStatus, Step, StepEnd, StepStart } from './step.ts';
