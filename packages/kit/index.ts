export type { Action, Finished, Parts } from './action.ts';
export { time } from './clock.ts';
export { defineAction, sharedOutputs } from './definition.ts';
export type { ActionDefinition, InputDefinition, Inputs, Outputs } from './definition.ts';
export { run } from './run.ts';
export { dryRunInput, envInput, environmentInput, githubInputs, hostInputs, jobStatusInput } from './shared-inputs.ts';
