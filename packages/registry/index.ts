export type * from './types.ts';
export { formatImageName, isDigest, parseImageName } from './name.ts';
export { layoutAt } from './layout.ts';
export { openRegistry } from './open.ts';
