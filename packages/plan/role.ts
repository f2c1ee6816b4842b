/** What services are for, which decides when a switch stops and starts them. `web` and `websocket` answer requests. */
export const roles = ['web', 'websocket', 'worker', 'scheduler'] as const;
export type Role = (typeof roles)[number];

/** Does somebody wait for its answers? */
export const answering = (role: Role): boolean => role === 'web' || role === 'websocket';
