export { get } from './get.ts';
export { measureGap } from './meter.ts';
export type { Measured, Meter } from './meter.ts';
export { followSockets } from './sockets.ts';
export type { SocketMeter } from './sockets.ts';
export { longestGap } from './samples.ts';
export type { Sample } from './samples.ts';
