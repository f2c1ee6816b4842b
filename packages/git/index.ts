export { asCommitted } from './as-committed.ts';
export { changesOf } from './changes.ts';
export { comesFrom, madeOn } from './descent.ts';
export { git, parts } from './git.ts';
export { tagBefore } from './tag-before.ts';
export { fileAt, trackedFiles } from './tracked.ts';
