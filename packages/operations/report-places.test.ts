import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ran, wanted } from '../../test/fakes/scan-found.ts';
import { readReports } from './reports.ts';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'landfall-places-'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

const put = (files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    writeFileSync(join(workspace, file), text);
  }
};

const lcov = (file: string, hit: number, missed: number): string =>
  `SF:${file}\nDA:${hit},1\nDA:${missed},0\nend_of_record\n`;

const measured = async (...patterns: readonly string[]) => {
  const { coverage } = await readReports({
    workspace,
    test: wanted({ coverage: [...patterns] }),
    ran: [],
    before: new Set<string>(),
    overtaken: new Set<string>(),
    folderOf: () => '.',
    today: '2026-11-30',
  });
  return Object.fromEntries(
    coverage.flatMap(({ files }) =>
      [...files].map(([path, { covered, missed }]) => [path, [[...covered], [...missed]]]),
    ),
  );
};

test('packages of one repository that name their files alike stay apart', async () => {
  put({
    'packages/a/src/index.ts': '',
    'packages/b/src/index.ts': '',
    'packages/a/coverage/lcov.info': lcov('src/index.ts', 3, 1),
    'packages/b/coverage/lcov.info': lcov('src/index.ts', 1, 3),
  });
  expect(await measured('packages/*/coverage/lcov.info')).toEqual({
    'packages/a/src/index.ts': [[3], [1]],
    'packages/b/src/index.ts': [[1], [3]],
  });
});

test('a report in a folder may name its files from the workspace: the folder that has most of them is meant', async () => {
  put({
    'web/urls.py': '',
    'web/web/urls.py': '',
    'web/manage.py': '',
    'web/lcov.info': ['web/urls.py', 'web/web/urls.py', 'web/manage.py'].map((file) => lcov(file, 1, 2)).join(''),
  });
  expect(Object.keys(await measured('web/lcov.info'))).toEqual(['web/urls.py', 'web/web/urls.py', 'web/manage.py']);
});

test('a report of steps before, in a folder of their own, is about that folder', async () => {
  put({ 'web/app.py': '', 'web/out/lcov.info': lcov('app.py', 1, 2) });
  expect(Object.keys(await measured('web/out/lcov.info'))).toEqual(['web/app.py']);
});

test('what a command in a folder says is about that folder, also where the workspace has such a file; an absolute path is what it says', async () => {
  put({
    'app.py': '',
    'web/app.py': '',
    'web/web/app.py': '',
    out: `app.py:1:1: E1 x\n${workspace}/web/app.py:2:1: E1 x\ngone.py:3:1: E1 x\n`,
  });
  const { scans } = await readReports({
    workspace,
    test: wanted({ run: { lint: { command: 'flake8', tool: 'flake8', directory: 'web' } } }),
    ran: [{ ...ran('lint'), outcome: 'failed', exit: 1, output: join(workspace, 'out') }],
    before: new Set<string>(),
    overtaken: new Set<string>(),
    folderOf: () => 'web',
    today: '2026-11-30',
  });
  expect(scans.flatMap(({ findings }) => findings.map(({ file, line }) => `${file}:${line}`))).toEqual([
    'web/app.py:1',
    'web/app.py:2',
    'gone.py:3',
  ]);
});
