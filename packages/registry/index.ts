export type * from './types.ts';
export { formatImageName, parseImageName } from './name.ts';
export { layoutAt } from './layout.ts';
export { openRegistry } from './open.ts';
export { billOf, missingOf } from './bill.ts';
export type { Bill, PlatformImage } from './bill.ts';
export { endpointFor, referenceAt } from './endpoint.ts';
