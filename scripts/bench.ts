/**
 * `npm run bench -- test-and-scan [--times N]`: how long commands side by side take, beside the slowest of them alone.
 * `npm run bench -- deploy [--times N]`: how fast a deploy is, beside Capistrano and beside one `tar` through one `ssh`, at 0 and 80 ms.
 * Needs sshd, ssh and Capistrano (Debian's package `capistrano`). Exit: 0 all goals met, 1 some missed, or something failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchDeploy } from '../test/bench/deploy.ts';
import { benchTestAndScan } from '../test/bench/test-and-scan.ts';
import { found } from '../test/lab/found.ts';
import { keptBundle } from './kept-bundle.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values, positionals } = parseArgs({
  options: { times: { type: 'string', default: '5' } },
  allowPositionals: true,
});
const times = Number(values.times);
const [what = '', ...rest] = positionals;
if (!['deploy', 'test-and-scan'].includes(what) || rest.length > 0 || !Number.isInteger(times) || times < 1) {
  print('usage: npm run bench -- deploy|test-and-scan [--times N]');
  process.exit(1);
}
const needed = what === 'deploy' ? ['sshd', 'ssh', 'git', 'python3', 'cap'] : ['git', 'bash'];
const missing = needed.filter((program) => found(program) === undefined);
if (missing.length > 0) {
  print(
    `bench: missing: ${missing.join(', ')} (apt-get install openssh-server openssh-client git python3-venv capistrano)`,
  );
  process.exit(1);
}
const temp = mkdtempSync(join(tmpdir(), 'bench-'));
process.env['TMPDIR'] = temp;
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    stop.abort(new Error(`stopped by ${name}`));
  });
try {
  const dist = join(temp, 'dist');
  await keptBundle(join(import.meta.dirname, '..'), dist);
  const missed =
    what === 'deploy'
      ? await benchDeploy({ show: print, dist, times, signal: stop.signal })
      : await benchTestAndScan({ show: print, dist, times });
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}
