import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { must, run } from './engine.ts';

/** Debian 13's. Its hosts reach no index, so this machine's pip fetches for them. */
const python = '3.13';

/** Where they are kept between runs: this user's own, for nobody else may choose what the next run installs. */
const kept = join(homedir(), '.cache/landfall-lab/wheels');

const fetchInto = async (folder: string, requirements: string, say: (line: string) => void): Promise<string> => {
  if (existsSync(folder)) return folder;
  say('fetching wheels, once');
  mkdirSync(kept, { recursive: true });
  const part = mkdtempSync(join(kept, 'part-'));
  const file = join(part, 'requirements.txt');
  writeFileSync(file, requirements);
  await must(
    run([
      ...['python3', '-m', 'pip', 'download', '--quiet', '--only-binary=:all:', '--python-version', python],
      ...['--dest', part, '--requirement', file],
    ]),
    'pip download',
  );
  // the deploy user of a host reads it
  chmodSync(part, 0o755);
  renameSync(part, folder);
  return folder;
};

const fetched = new Map<string, Promise<string>>();

/** A folder with the wheels that some requirements name, for `startHost`; fetched once. Takes pure Python and manylinux wheels only. */
export const ensureWheels = (requirements: string, say: (line: string) => void): Promise<string> => {
  const folder = join(kept, createHash('sha256').update(requirements).digest('hex').slice(0, 12));
  const fetching = fetched.get(folder) ?? fetchInto(folder, requirements, say);
  fetched.set(folder, fetching);
  return fetching;
};
