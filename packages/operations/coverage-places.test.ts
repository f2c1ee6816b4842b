import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { wanted } from '../../test/fakes/scan-found.ts';
import { readReports } from './reports.ts';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'landfall-places-'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

const places = async (...files: readonly string[]): Promise<readonly string[]> => {
  for (const file of files) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    writeFileSync(join(workspace, file), '');
  }
  const left = {
    workspace,
    test: wanted({ coverage: 'coverage.xml' }),
    ran: [],
    before: new Set<string>(),
    overtaken: new Set<string>(),
  };
  const { coverage } = await readReports({ ...left, folderOf: () => '.', today: '2026-11-30' });
  return coverage.flatMap((one) => [...one.files.keys()]);
};

test('files of several sources are found below the one that has them', async () => {
  const real = join(import.meta.dirname, '../../test/corpora/coverage/coverage-py-two-sources.xml');
  writeFileSync(join(workspace, 'coverage.xml'), readFileSync(real, 'utf8').replaceAll('/srv/shop', workspace));
  expect(await places('alpha/prices.py', 'beta/stock.py')).toEqual([
    'alpha/__init__.py',
    'alpha/prices.py',
    'beta/stock.py',
  ]);
});

const cobertura = (source: string, file: string): void => {
  writeFileSync(
    join(workspace, 'coverage.xml'),
    `<coverage><sources><source>${source}</source></sources><class filename="${file}"><line number="1" hits="1"/></class></coverage>`,
  );
};

test('a folder may have the name of the one that it is in', async () => {
  cobertura(`${workspace}/site`, 'site/urls.py');
  expect(await places('site/site/urls.py', 'site/urls.py')).toEqual(['site/site/urls.py']);
});

test('a path may begin with its source', async () => {
  cobertura(`${workspace}/src`, 'src/a.py');
  expect(await places('src/a.py')).toEqual(['src/a.py']);
});

test('what was measured in a container is found here if it has the same path; else it is named by its place there', async () => {
  cobertura('/app', 'shop/a.py');
  expect(await places('app/shop/a.py', 'shop/a.py')).toEqual(['shop/a.py']);
  cobertura('/app/lib', 'b.py');
  expect(await places()).toEqual(['/app/lib/b.py']);
});
