export { begin, digestOf, digestOfJson, encode, grow } from './chain.ts';
export type { Said } from './chain.ts';
export { demand } from './demand.ts';
export type { Lack, Wanted } from './demand.ts';
export { readDocument, writeDocument } from './file.ts';
export { broken, largest, read } from './read.ts';
export { rows } from './rows.ts';
