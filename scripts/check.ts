/** `npm run check`: types, lint, format, import rules, shell, workflows, and whether what is generated is up to date. A line each, two at a time. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { actionlintProblems } from './checks/actionlint.ts';
import { distProblems } from './checks/dist.ts';
import { languageProblems } from './checks/language-service.ts';
import { complaints, tool } from './checks/programs.ts';
import { shellProblems } from './checks/shell.ts';
import { zizmorProblems } from './checks/zizmor.ts';

const root = join(import.meta.dirname, '..');
process.chdir(root);
mkdirSync('.cache', { recursive: true });

type Check = { readonly name: string; readonly problems: () => readonly string[] | Promise<readonly string[]> };

const docs: Check = { name: 'docs', problems: () => complaints(process.execPath, ['scripts/docs.ts', '--check']) };

const checks: readonly Check[] = [
  { name: 'types', problems: () => tool('typescript/bin/tsc', '--noEmit') },
  { name: 'lint', problems: () => tool('eslint/bin/eslint.js', '--max-warnings=0', '.') },
  { name: 'shell', problems: shellProblems },
  { name: 'format', problems: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.') },
  {
    name: 'imports',
    problems: () =>
      tool(
        'dependency-cruiser/bin/dependency-cruise.mjs',
        '--config=.dependency-cruiser.cjs',
        'actions',
        'packages',
        'scripts',
        'test',
      ),
  },
  { name: 'actionlint', problems: () => actionlintProblems() },
  { name: 'language', problems: () => languageProblems() },
  { name: 'zizmor', problems: () => zizmorProblems() },
  ...(existsSync('scripts/docs.ts') ? [docs] : []),
  { name: 'dist', problems: () => distProblems(root) },
];

let failed = 0;
const waiting = [...checks];
const lane = async (): Promise<void> => {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const began = performance.now();
    const found = await check.problems();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${check.name.padEnd(10)} ${seconds} s`);
    for (const problem of found) console.log(`       ${problem}`);
    if (found.length > 0) failed += 1;
  }
};
// most of them are a program that keeps one core busy
await Promise.all([lane(), lane()]);
console.log(`check: ${checks.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
