export type * from './types.ts';
export { formatImageName, isDigest, parseImageName } from './name.ts';
