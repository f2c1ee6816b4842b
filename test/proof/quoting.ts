import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provesBoundary } from './quoting/boundary.ts';
import { provesClaim } from './quoting/claim.ts';
import { provesDotenv } from './quoting/dotenv.ts';
import { hostShells } from './quoting/shell.ts';
import { provesSsh } from './quoting/ssh.ts';
import { tally, type ProofEnd, type ProofOptions } from './tally.ts';

/** Values reach programs as they are, whatever they hold, and nothing in them is ever run. */
export const quoting = async (options: ProofOptions): Promise<ProofEnd> => {
  const counts = tally(options);
  const dir = mkdtempSync(join(tmpdir(), 'landfall-quoting-'));
  const canary = join(dir, 'executed');
  const cwd = join(dir, 'home');
  mkdirSync(cwd);
  try {
    const shells = hostShells(dir);
    for (const proves of [provesBoundary, provesSsh, provesDotenv, provesClaim]) {
      const since = performance.now();
      await proves(shells, cwd, canary, counts);
      options.show(`  ${((performance.now() - since) / 1000).toFixed(1)} s`);
      counts.held(`${proves.name}: nothing of a value was run`, !existsSync(canary));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return counts.end();
};
