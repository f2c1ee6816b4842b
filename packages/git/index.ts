export { git, parts } from './git.ts';
