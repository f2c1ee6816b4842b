export { begin, digestOf, digestOfBytes, encode, grow } from './chain.ts';
export type { Said } from './chain.ts';
export { demand } from './demand.ts';
export type { Lack, Wanted } from './demand.ts';
export { broken, largest, read } from './read.ts';
export { rows } from './rows.ts';
