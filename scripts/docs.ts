/**
 * `npm run docs [-- --check]`: writes what is made from definitions: each action.yml, the tables in the actions' READMEs,
 * the JSON Schema of landfall.yml and its reference, landfall.yml of each starter, the workflows in docs/workflows.md, the script in
 * docs/setup.md, the pages about faults and about what runs on a host. With --check nothing is written; stale files are named, exit code 1.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { actionYml, rootActionYml } from './docs/action-yml.ts';
import { actions } from './docs/actions.ts';
import { onServer } from './docs/on-server.ts';
import { withApi } from './docs/readme.ts';
import { reference } from './docs/reference.ts';
import { schema } from './docs/schema.ts';
import { withSetup } from './docs/setup.ts';
import { starter, systems } from './docs/starters.ts';
import { troubleshooting } from './docs/troubleshooting.ts';
import { withWorkflows } from './docs/workflows.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const root = resolve(import.meta.dirname, '..');

const now = (path: string): string | undefined => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
};

/** As the formatter would leave it. Markdown is left alone. */
const formatted = async (path: string, text: string): Promise<string> =>
  path.endsWith('.md') ? text : await format(text, { ...(await resolveConfig(join(root, path))), filepath: path });

const remote = readdirSync(join(root, 'packages/remote'))
  .filter((file) => file.endsWith('.sh'))
  .sort()
  .map((file) => [file, now(`packages/remote/${file}`) ?? ''] as const);

const files: readonly (readonly [path: string, text: string])[] = [
  ['action.yml', rootActionYml(actions)],
  ...actions.flatMap((action) => {
    const readme = `actions/${action.name}/README.md`;
    return [
      [`actions/${action.name}/action.yml`, actionYml(action)] as const,
      [readme, withApi(now(readme) ?? '', action)] as const,
    ];
  }),
  ['docs/reference/landfall.schema.json', JSON.stringify(schema())],
  ['docs/reference/landfall-yml.md', reference(schema())],
  ['docs/setup.md', withSetup(now('docs/setup.md') ?? '')],
  ['docs/troubleshooting.md', troubleshooting()],
  ['docs/what-runs-on-your-server.md', onServer(remote)],
  ...systems.map(
    (name) =>
      [`workflows-examples/${name}/landfall.yml`, starter(now(`test/apps/${name}/source/landfall.yml`) ?? '')] as const,
  ),
  [
    'docs/workflows.md',
    withWorkflows(now('docs/workflows.md') ?? '', (path) => readFileSync(join(root, path), 'utf8')),
  ],
];

const stale: string[] = [];
for (const [path, text] of files) {
  const wanted = await formatted(path, text);
  if (now(path) === wanted) continue;
  stale.push(path);
  if (values.check === true) continue;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), wanted);
}
if (values.check === true && stale.length > 0) {
  console.error(`docs: stale: ${stale.join(', ')}\nRun: npm run docs`);
  process.exit(1);
}
console.log(`docs: ${files.length} files, ${stale.length} ${values.check === true ? 'stale' : 'written'}`);
