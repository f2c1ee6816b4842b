export { setupExample, setupScript } from './script.ts';
export type { SetupValues } from './script.ts';
