/** `npm run demo`: a host of its own on loopback, a real Django, and the built bundles; nine acts, each held or named. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { acts, summary } from '../test/demo/acts.ts';
import { prepareStage } from '../test/demo/stage.ts';

const root = join(import.meta.dirname, '..');
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

if (process.platform !== 'linux') {
  print('The demo needs Linux: its host has supervisor, /proc and util-linux.');
  process.exit(1);
}
const entry = join(root, 'dist/deploy-over-ssh/main.js');
if (!existsSync(entry)) {
  print('There is no dist/: run `npm run build` first.');
  process.exit(1);
}
const newest = Math.max(
  ...['packages', 'actions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => !/\.test\.ts$|README/.test(file))
      .map((file) => statSync(join(root, folder, file)).mtimeMs),
  ),
);
if (newest > statSync(join(root, 'dist/bundle/index.js')).mtimeMs)
  print('Note: sources are newer than dist/; the demo runs dist/.');

const begun = performance.now();
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
print('A host is prepared: an SSH server on loopback, supervisor from PyPI, no root, no Docker.');
const stage = await prepareStage();
print(`It is ${stage.host.ssh}, below ${stage.host.dir} (${seconds(begun)}).`);
let held = 0;
let failed: string | undefined;
const stop = (): void => {
  void stage.end().finally(() => process.exit(130));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
try {
  for (const [at, { title, play }] of acts.entries()) {
    const since = performance.now();
    print(`\n━━ ${at + 1}. ${title}`);
    try {
      await play(stage, {
        show: (line) => {
          print(`   │ ${line}`);
        },
        say: (line) => {
          print(`   ${line}`);
        },
      });
      held += 1;
      print(`   held (${seconds(since)})`);
    } catch (thrown) {
      failed = `${at + 1}. ${title}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      print(`   did not hold: ${failed}`);
      print(await stage.status().catch(String));
      break;
    }
  }
} finally {
  await stage.end();
}
if (failed === undefined) print(`\nThe summary that act 2 left on the run's page:\n\n${summary}`);
else print(`\nThe act that did not hold: ${failed}`);
print(`It took ${seconds(begun)}.`);
print(`demo: ${held} of ${acts.length} acts held`);
process.exit(failed === undefined ? 0 : 1);
