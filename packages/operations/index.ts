export { closeDeploy, deployOverSsh } from './deploy.ts';
export type { DeployWish } from './deploy.ts';
export { rollback } from './rollback.ts';
export type { RollbackWish } from './rollback.ts';
export { smokeTest } from './smoke.ts';
export type { SmokeWish } from './smoke.ts';
export type { Place } from './place.ts';
export { play } from './stage.ts';
export type { Stage } from './stage.ts';
