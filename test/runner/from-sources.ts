import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/** A folder as `startJob` takes it for `dist`, whose entries run these actions from their sources: no bundler is needed. The caller removes it. */
export const fromSources = (...actions: readonly string[]): string => {
  const dist = mkdtempSync(join(tmpdir(), 'landfall-sources-'));
  // shared by all steps of a run of tests: to take the types out of the sources takes most of a short step's time
  const compiled = join(tmpdir(), 'compiled');
  writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
  for (const action of actions) {
    mkdirSync(join(dist, action));
    for (const part of ['main', 'post']) {
      const source = join(root, 'actions', action, `${part}.ts`);
      if (existsSync(source))
        writeFileSync(
          join(dist, action, `${part}.js`),
          `import { enableCompileCache } from 'node:module';
enableCompileCache(${JSON.stringify(compiled)});
await import(${JSON.stringify(pathToFileURL(source).href)});\n`,
        );
    }
  }
  return dist;
};
