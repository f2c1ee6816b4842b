import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');

/** The folder of the bundles of the sources as they are. Whichever suite of a run comes first makes it, the others wait for it: the folder of temporary files is that run's. */
export const bundled = async (): Promise<string> => {
  const dist = join(tmpdir(), 'bundled');
  const [made, failed] = [join(dist, 'made'), join(dist, 'failed')];
  if (mkdirSync(dist, { recursive: true }) !== undefined)
    try {
      execFileSync(process.execPath, ['scripts/kept-bundle.ts', join(dist, 'dist')], { cwd: root });
      writeFileSync(made, '');
    } catch (thrown) {
      writeFileSync(failed, '');
      throw thrown;
    }
  while (!existsSync(made)) {
    if (existsSync(failed)) throw new Error('the bundles could not be built: another suite says why');
    await sleep(100);
  }
  return join(dist, 'dist');
};
