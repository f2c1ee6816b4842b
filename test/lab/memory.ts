import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * The folder to make hosts in: in memory, where programs may run there and 1 GiB is free, else that of temporary files; that one, too,
 * where it is in memory itself. Python environments are thousands of small files, and killed programs leave as many.
 */
export const memory = (): string => {
  const mounted = '/dev/shm';
  if (tmpdir().startsWith(`${mounted}/`)) return tmpdir();
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === mounted);
    const { bavail, bsize } = statfsSync(mounted);
    accessSync(mounted, constants.W_OK);
    return mount?.includes('noexec') === false && bavail * bsize > 1024 ** 3 ? mounted : tmpdir();
  } catch {
    return tmpdir();
  }
};
