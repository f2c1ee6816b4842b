/**
 * `npm test [-- jest's arguments]`: unit and contract tests; `npm run test:e2e`: the actions as they are bundled, tests and scans of the
 * example applications, and services under real managers, on hosts of this machine. Says at its end which tests were left out, and why.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '../test/lab/memory.ts';

type Results = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Suites that did not even load: their tests are not counted above. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { status: string; fullName: string }[] }[];
};

const root = join(import.meta.dirname, '..');
const file = join(root, '.cache', `jest-${process.pid}.json`);
mkdirSync(join(root, '.cache'), { recursive: true });
// what tests write is in memory: programs under test sync what they write, and a disk takes its time. A short name: sockets lie deep
// below it, and the path of one has 107 bytes at most
const temp = mkdtempSync(join(memory(), 't-'));
const named = process.argv.slice(2);
const apart = named.length === 0 ? ['/test/bundle/', '/test/managers/', '/test/systems/'] : [];
const paths = ['/node_modules/', '/\\.cache/', '/test/proof/', ...apart].map(
  (path) => `--testPathIgnorePatterns=${path}`,
);
// A test that fails may leave a server open, which must not hold the run up.
const words = [
  'node_modules/jest/bin/jest.js',
  ...paths,
  // Most of them wait for a host: jest's own choice for two cores would leave them idle.
  '--maxWorkers=3',
  '--forceExit',
  '--json',
  `--outputFile=${file}`,
  ...named,
];
const jest = spawnSync(process.execPath, words, {
  cwd: root,
  // With --json, jest repeats the whole result on stdout; what people read is on stderr.
  stdio: ['inherit', 'ignore', 'inherit'],
  env: {
    ...process.env,
    // an index that is slow once fails nothing
    PIP_RETRIES: '10',
    PIP_DEFAULT_TIMEOUT: '60',
    TMPDIR: temp,
    NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
  },
});

let results: Results | undefined;
try {
  results = JSON.parse(readFileSync(file, 'utf8')) as Results;
} catch {
  console.log('test: jest left no results');
}
rmSync(file, { force: true });
rmSync(temp, { recursive: true, force: true });

if (results !== undefined) {
  const skipped = results.testResults
    .flatMap((suite) => suite.assertionResults)
    .filter(({ status }) => status === 'pending' || status === 'todo');
  if (skipped.length > 0) console.log('\nLeft out on this machine:');
  for (const { fullName } of skipped) console.log(`  ${fullName}`);
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  console.log(`test: ${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
}
process.exit(jest.status ?? 1);
