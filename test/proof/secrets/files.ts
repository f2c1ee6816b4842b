import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A file below a directory: symlinks are not followed. */
export type FileFound = {
  readonly path: string;
  readonly mode: number;
  readonly changed: number;
  readonly size: number;
};

/** Every regular file below it that can be seen, at most so many folders deep. */
export const filesBelow = (dir: string, depth = 99): readonly FileFound[] => {
  let names: readonly string[] = [];
  try {
    names = readdirSync(dir);
  } catch {
    // another user's, or gone
  }
  return names.flatMap((name) => {
    const path = join(dir, name);
    try {
      const stat = lstatSync(path);
      if (stat.isDirectory()) return depth > 0 ? filesBelow(path, depth - 1) : [];
      return stat.isFile() ? [{ path, mode: stat.mode & 0o777, changed: stat.ctimeMs, size: stat.size }] : [];
    } catch {
      return [];
    }
  });
};

/** A file's bytes; empty where it is gone or another user's. */
export const bytesOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
};
