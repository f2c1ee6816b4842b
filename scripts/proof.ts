/** `npm run test:proof [-- NAME...]`: what is proven on every commit, each proof with its counts; all of them, or those named. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcessesBelow, processesBelow } from '../test/lab/processes.ts';
import { killedAtEveryLine } from '../test/kill/kill.ts';
import { badInput } from '../test/proof/bad-input.ts';
import { quoting } from '../test/proof/quoting.ts';
import { races } from '../test/proof/races.ts';
import { runnerKilled } from '../test/proof/runner-killed.ts';
import { secrets } from '../test/proof/secrets.ts';
import type { ProofEnd, ProofOptions } from '../test/proof/tally.ts';
import { zombies } from '../test/proof/zombie.ts';
import { bundle } from './bundle.ts';

const killed = async ({ show }: ProofOptions): Promise<ProofEnd> => {
  const { survived, failures } = await killedAtEveryLine({ show });
  return { passed: survived, failed: failures.length, failures: failures.map((one) => JSON.stringify(one)), lines: [] };
};

const proofs: Readonly<Record<string, (options: ProofOptions) => Promise<ProofEnd>>> = {
  quoting,
  'bad-input': badInput,
  secrets,
  races,
  zombies,
  'runner-killed': runnerKilled,
  'killed-at-every-line': killed,
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`;

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in proofs));
if (unknown.length > 0) {
  print(`There is no proof called ${unknown.join(', ')}; there are: ${Object.keys(proofs).join(', ')}.`);
  process.exit(1);
}

// all that proofs make lies below one directory: what is left of it, and what still runs there, can be told
const temp = mkdtempSync(join(tmpdir(), 'proof-'));
process.env['TMPDIR'] = temp;
const end = async (): Promise<void> => {
  await endProcessesBelow(temp);
  rmSync(temp, { recursive: true, force: true });
};
const stop = (): void => {
  void end().finally(() => process.exit(130));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

// the bundles of the sources as they are, apart from dist/
const dist = join(temp, 'dist');
let passed = 0;
let failed = 0;
try {
  await bundle(join(import.meta.dirname, '..'), dist);
  for (const [name, prove] of Object.entries(proofs)) {
    if (named.length > 0 && !named.includes(name)) continue;
    print(`\n━━ ${name}`);
    const began = performance.now();
    try {
      const show = (line: string): void => {
        print(`   ${line}`);
      };
      const came = await prove({ show, dist });
      passed += came.passed;
      failed += came.failed;
      for (const failure of came.failures) print(`   ✗ ${failure}`);
      print(`   ${name}: ${came.passed} held, ${came.failed} did not (${seconds(began)})`);
    } catch (thrown) {
      failed += 1;
      print(`   ✗ ${name} broke off: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    }
  }
  const left = processesBelow(temp);
  if (left.length === 0) passed += 1;
  else failed += 1;
  print(`\n${left.length} processes were left behind${left.length === 0 ? '' : `: ${left.join(' ')}`}`);
} finally {
  await end();
}
print(`proof: ${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
