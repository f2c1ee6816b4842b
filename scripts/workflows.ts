/**
 * `npm run test:workflows [-- WORD…]`: the example workflows and the reusable ones, run by act on a host of their own as they are
 * written, with the actions as they are in this checkout. With words: only scenarios whose title has one of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '../test/workflows/scenarios.ts';
import { prepareTheatre } from '../test/workflows/theatre.ts';
import { keptBundle } from './kept-bundle.ts';
import { pinned } from './checks/programs.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

process.chdir(join(import.meta.dirname, '..'));
const words = process.argv.slice(2);
const chosen = scenarios.filter(({ title }) => words.length === 0 || words.some((word) => title.includes(word)));
const { path: act, problem } = pinned('act');
if (act === undefined || chosen.length === 0) {
  print(problem ?? `No scenario has ${words.join(' or ')} in its title.`);
  print(`workflows: 0 passed, 1 failed, 0 skipped`);
  process.exit(1);
}

const begun = performance.now();
const temp = mkdtempSync(join(tmpdir(), 'landfall-bundles-'));
let passed = 0;
const failures: string[] = [];
try {
  await keptBundle(process.cwd(), temp);
  const theatre = await prepareTheatre(act, temp);
  const stop = (): void => {
    void theatre.end().finally(() => {
      rmSync(temp, { recursive: true, force: true });
      process.exit(130);
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  print(`A host, ${theatre.stage.host.ssh}, and act, without containers (${seconds(begun)}).`);
  try {
    for (const { title, play } of chosen) {
      const since = performance.now();
      print(`\n━━ ${title}`);
      try {
        await play(theatre, (line) => {
          print(`   │ ${line}`);
        });
        passed += 1;
        print(`   passed (${seconds(since)})`);
      } catch (thrown) {
        failures.push(`${title}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        print(`   ✗ ${failures.at(-1) ?? ''}`);
        print(await theatre.stage.status().catch(String));
      }
    }
  } finally {
    await theatre.end();
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
for (const failure of failures) print(`✗ ${failure}`);
print(`It took ${seconds(begun)}.`);
print(`workflows: ${passed} passed, ${failures.length} failed, ${scenarios.length - chosen.length} skipped`);
process.exit(failures.length === 0 ? 0 : 1);
