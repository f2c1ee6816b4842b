export type * from './types.ts';
export { formatImageName, parseImageName } from './name.ts';
export { fetchLayout, layoutAt } from './layout.ts';
export { sourceOf } from './source.ts';
export { openRegistry } from './open.ts';
export { billOf, missingOf, platformsOf } from './bill.ts';
export type { Bill, Runnable } from './bill.ts';
export { endpointFor, listen, referenceAt } from './endpoint.ts';
