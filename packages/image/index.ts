export { openBuilder } from './buildx.ts';
export type { Asked, Builder, Built, Ground } from './buildx.ts';
export type { Cache } from './arguments.ts';
export type { Login } from './login.ts';
export { inputsHash, inputsLabel, labelsOf, releaseLabel, revisionLabel } from './labels.ts';
export type { Commit, Inputs } from './labels.ts';
export { isImmutable, shaTag, tagProblems, tagRules, tagsOf } from './tags.ts';
