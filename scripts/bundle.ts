/** Makes one bundle of all actions: a small entry, and a chunk an action that is loaded only when that action runs. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ncc from '@vercel/ncc';

/** What of an action runs: its step, or its post step. */
const parts = ['main', 'post'];

/** `<action>/<part>` of each `actions/<action>/<part>.ts` below `root`, sorted, so that a build does not depend on the disk. */
export const entries = (root: string): readonly string[] =>
  readdirSync(join(root, 'actions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => parts.map((part) => `${name}/${part}`))
    .filter((name) => existsSync(join(root, 'actions', `${name}.ts`)))
    .sort();

/** Written out, because the bundler follows only an import() of a literal. */
const dispatcher = (names: readonly string[]): string => `export const start = async (name: string): Promise<void> => {
  switch (name) {
${names.map((name) => `    case '${name}':\n      await import('../actions/${name}.ts');\n      break;`).join('\n')}
    default:
      throw new Error(\`no action \${name}\`);
  }
};
`;

const entry = (name: string): string => `import { start } from '../bundle/index.js';

await start('${name}');
`;

/** ssh2 is CommonJS and names its own directory, which a module does not have. Nothing is read from there. */
const dirnameLine = 'globalThis.__dirname ??= import.meta.dirname;\n';

/** What the bundler emits and no action uses: Windows' key agent, add-ons for one version of Node, a second package.json. */
const unused = (file: string): boolean => /\.(exe|node)$|^package\.json$/.test(file);

/**
 * Builds the actions below `root` into `out`, which is emptied first. Returns the names of the entries.
 * The same sources give the same bytes in any directory, as long as node_modules is no symlink.
 */
export const bundle = async (root: string, out: string): Promise<readonly string[]> => {
  const names = entries(root);
  const source = join(root, '.cache', 'entry.ts');
  mkdirSync(dirname(source), { recursive: true });
  writeFileSync(`${source}.${process.pid}`, dispatcher(names));
  renameSync(`${source}.${process.pid}`, source); // another build may be reading it
  const built = await ncc(source, {
    cache: false,
    quiet: true,
    transpileOnly: true,
    externals: ['cpu-features'],
    license: 'licenses.txt',
  });
  rmSync(out, { recursive: true, force: true });
  const write = (file: string, content: string | Buffer) => {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), content);
  };
  write('package.json', '{ "type": "module" }\n');
  write('bundle/index.js', dirnameLine + built.code);
  for (const [file, asset] of Object.entries(built.assets)) if (!unused(file)) write(`bundle/${file}`, asset.source);
  for (const name of names) write(`${name}.js`, entry(name));
  return names;
};
