import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  const left = { workspace, test: wanted({ coverage: 'coverage.xml' }), ran: [], before: new Set<string>() };
  const { coverage } = await readReports({ ...left, folderOf: () => '.' });
  return coverage.flatMap((one) => [...one.files.keys()]);
};

test('files of several sources are found below the one that has them', async () => {
  const real = join(import.meta.dirname, '../../test/corpora/coverage/coverage-py-two-sources.xml');
  cpSync(real, join(workspace, 'coverage.xml'));
  expect(await places('alpha/prices.py', 'beta/stock.py')).toEqual(['__init__.py', 'alpha/prices.py', 'beta/stock.py']);
});

test('a folder may have the name of the one that it is in', async () => {
  writeFileSync(
    join(workspace, 'coverage.xml'),
    `<coverage><sources><source>${workspace}/site</source></sources><class filename="site/urls.py"><line number="1" hits="1"/></class></coverage>`,
  );
  expect(await places('site/site/urls.py')).toEqual(['site/site/urls.py']);
});
