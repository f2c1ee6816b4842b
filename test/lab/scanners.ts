import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from '../../scripts/checks/programs.ts';

/** Where they are kept between runs: this user's own, for nobody else may choose what the next run starts. */
const kept = join(homedir(), '.cache/landfall-lab/scanners');

const names = ['requirements.txt', 'requirements/production.txt', 'requirements-ci.txt'];

/** Whether environments can be made here: what is missing, by name. */
export const missingForScanners = (): readonly string[] =>
  pinned('uv').path === undefined ? ['scripts/pinned uv'] : [];

const make = async (folder: string, files: readonly string[]): Promise<void> => {
  const { path: uv, problem } = pinned('uv');
  if (uv === undefined) throw new Error(problem);
  mkdirSync(kept, { recursive: true });
  const part = mkdtempSync(join(kept, 'part-'));
  const run = (...words: readonly string[]) =>
    promisify(execFile)(uv, words, { env: { ...process.env, UV_PYTHON_DOWNLOADS: 'never' }, timeout: 600_000 });
  try {
    await run('venv', '--quiet', '--seed', '--relocatable', '--python', 'python3', part);
    const named = files.flatMap((file) => ['--requirement', file]);
    await run('pip', 'install', '--quiet', '--only-binary', ':all:', '--python', join(part, 'bin/python'), ...named);
    renameSync(part, folder);
  } catch (thrown) {
    rmSync(part, { recursive: true, force: true });
    // another suite was faster
    if (!existsSync(folder)) throw thrown;
  }
};

/**
 * The folder of programs of a Python environment with all that an application's source says is needed to test and scan it. Made
 * once for the same requirements (uv: ten seconds), and kept.
 */
export const ensureScanners = async (source: string): Promise<string> => {
  const files = names.map((name) => join(source, name)).filter((file) => existsSync(file));
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  const folder = join(kept, hash.digest('hex').slice(0, 12));
  if (!existsSync(folder)) await make(folder, files);
  return join(folder, 'bin');
};
