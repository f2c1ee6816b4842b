export { openRunner } from './run.ts';
export type { Command, Ran, Runner } from './run.ts';
