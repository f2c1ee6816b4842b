export { agentSocket } from './agent.ts';
export type * from './port.ts';
export type { Listening } from './link.ts';
export type { Inside } from './reach.ts';
export type { HostOptions } from './address.ts';
export { bootstrap, frame, type Argument } from './frame.ts';
export { openHost } from './open.ts';
export { publicHalf } from './public-half.ts';
export { openSession, type Session } from './session.ts';
