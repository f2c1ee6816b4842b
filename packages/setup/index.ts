export { setupExample, setupScript, unitsProgram } from './script.ts';
export type { SetupValues } from './script.ts';
