/** `npm run test:proof [-- [--but] NAME...]`: what is proven on every commit, each proof with its counts; all of them, those named, or all but those. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { memory } from '../test/lab/memory.ts';
import { endProcessesBelow, processesBelow } from '../test/lab/processes.ts';
import { keptBundle } from './kept-bundle.ts';

/** In this order; side by side where one alone leaves a core idle. */
const proofs: readonly (readonly string[])[] = [
  ['quoting', 'bad-input', 'secrets'],
  ['races'],
  ['runner-killed'],
  ['killed-at-every-line', 'zombies'],
];

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`;

const words = process.argv.slice(2);
const but = words[0] === '--but';
const named = but ? words.slice(1) : words;
const unknown = named.filter((name) => !proofs.flat().includes(name));
if (unknown.length > 0) {
  print(`There is no proof called ${unknown.join(', ')}; there are: ${proofs.flat().join(', ')}.`);
  process.exit(1);
}

const root = join(import.meta.dirname, '..');
// all that proofs make, their hosts too, lies below one directory: what is left of it, and what still runs there, can be told. A short
// name: sockets lie deep below it, and the path of one has 107 bytes at most
const temp = mkdtempSync(join(memory(), 'p-'));
// the bundles of the sources as they are, apart from dist/
const dist = join(temp, 'dist');
const end = async (): Promise<void> => {
  await endProcessesBelow(temp);
  rmSync(temp, { recursive: true, force: true });
};
const stop = (): void => {
  void end().finally(() => process.exit(130));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

/** Plays one in a process of its own, for to start a program costs as much as who starts it has in memory. Each line begins with `prefix`. */
const play = async (name: string, prefix: string): Promise<{ readonly passed: number; readonly failed: number }> => {
  print(`\n━━ ${name}`);
  const began = performance.now();
  const own = join(temp, String(proofs.flat().indexOf(name)));
  mkdirSync(own);
  const child = fork(join(root, 'test/proof/prove.ts'), [name, dist], {
    env: { ...process.env, TMPDIR: own },
    execArgv: ['--max-semi-space-size=4'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let counts = { passed: 0, failed: 1 };
  child.on('message', (message) => {
    counts = message as typeof counts;
  });
  if (child.stdout !== null)
    createInterface(child.stdout).on('line', (line) => {
      print(`   ${prefix}${line}`);
    });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && counts.passed + counts.failed === 0) {
    counts = { passed: 0, failed: 1 };
    print(`   ${prefix}✗ nothing was tried`);
  }
  if (code !== 0) {
    counts = { ...counts, failed: Math.max(counts.failed, 1) };
    print(`   ${prefix}✗ broke off (exit ${code ?? 'by a signal'})`);
  }
  print(`   ${name}: ${counts.passed} held, ${counts.failed} did not (${seconds(began)})`);
  return counts;
};

let passed = 0;
let failed = 0;
try {
  await keptBundle(root, dist);
  for (const names of proofs) {
    const wanted = names.filter((name) => named.length === 0 || named.includes(name) !== but);
    const counts = await Promise.all(wanted.map((name) => play(name, wanted.length > 1 ? `${name}: ` : '')));
    for (const one of counts) {
      passed += one.passed;
      failed += one.failed;
    }
  }
  // what was killed takes a moment to be gone
  for (let tries = 0; tries < 200 && processesBelow(temp).length > 0; tries += 1) await sleep(50);
  const left = processesBelow(temp);
  if (left.length === 0) passed += 1;
  else failed += 1;
  print(`\n${left.length} processes were left behind${left.length === 0 ? '' : `: ${left.join(' ')}`}`);
} finally {
  await end();
}
print(`proof: ${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
