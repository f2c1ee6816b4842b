import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { found } from './found.ts';

/** Where busybox and all that it needs goes in an image, and the files of this machine. */
export const busyboxFiles = (): readonly (readonly [to: string, from: string])[] => {
  const busybox = realpathSync(found('busybox') ?? '');
  // Debian's is linked with libraries; a static one names none
  const libraries = [...lddOf(busybox).matchAll(/\/\S+/g)].map(([library]) => [library, library] as const);
  return [['/bin/busybox', busybox], ...libraries];
};

/** Puts busybox into `busybox/` of a folder, to be copied to `/` of an image, with all that it needs there. */
export const putBusybox = (folder: string): void => {
  for (const [to, from] of busyboxFiles()) {
    mkdirSync(join(folder, 'busybox', dirname(to)), { recursive: true });
    copyFileSync(from, join(folder, 'busybox', to));
    chmodSync(join(folder, 'busybox', to), 0o755);
  }
  // its sh looks for programs on PATH, as Debian builds it
  const names = execFileSync(found('busybox') ?? '', ['--list'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  for (const name of names) if (name !== 'busybox') symlinkSync('busybox', join(folder, 'busybox/bin', name));
};

const lddOf = (program: string): string => {
  try {
    return execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};
