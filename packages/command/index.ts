export { findFiles, pieces, placeBelow, placeInSources, readBytes, writeBytes } from './files.ts';
export type { FoundFile } from './files.ts';
export { openRunner } from './run.ts';
export type { Command, Ran, Runner } from './run.ts';
export { packageCache } from './package-caches.ts';
export type { PackageCache, PackageTool } from './package-caches.ts';
