import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A program's full path, or undefined: on PATH, or where servers lie that are not on a plain user's PATH. */
export const found = (program: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
