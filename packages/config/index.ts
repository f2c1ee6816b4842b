export type { Check } from './definition/check.ts';
export { recordedChecks } from './definition/check-list.ts';
export type { HostAddress, JumpHost } from './definition/hosts.ts';
export { readConfig } from './read.ts';
export type { ConfigFile } from './read.ts';
export { resolveSettings, resolveTarget } from './resolve.ts';
export type { Source } from './resolve.ts';
export type { Overrides, ReadFile, ServiceFile, Settings, Target } from './target.ts';
