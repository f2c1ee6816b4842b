import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { found } from './found.ts';

/** Puts busybox into `busybox/` of a folder, to be copied to `/` of an image, with all that it needs there. */
export const putBusybox = (folder: string): void => {
  const busybox = realpathSync(found('busybox') ?? '');
  const put = (file: string, to: string): void => {
    mkdirSync(join(folder, 'busybox', dirname(to)), { recursive: true });
    copyFileSync(file, join(folder, 'busybox', to));
    chmodSync(join(folder, 'busybox', to), 0o755);
  };
  put(busybox, '/bin/busybox');
  // its sh looks for programs on PATH, as Debian builds it
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    if (name !== 'busybox') symlinkSync('busybox', join(folder, 'busybox/bin', name));
  // Debian's is linked with libraries; a static one names none
  for (const [library] of lddOf(busybox).matchAll(/\/\S+/g)) put(library, library);
};

const lddOf = (program: string): string => {
  try {
    return execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};
