import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { folder, remove } from '../../test/lab/repository.ts';
import { findFiles } from './files.ts';

const base = folder('find-files');
const workspace = join(base, 'work');
afterAll(() => {
  remove(base);
});
const put = (path: string): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), path);
};
beforeAll(() => {
  for (const path of ['b.xml', 'a.xml', 'deep/er/c.xml', 'node_modules/x/d.xml', '.venv/e.xml', 'with space/f.xml'])
    put(`work/${path}`);
  put('outside/g.xml');
  symlinkSync('../outside/g.xml', join(workspace, 'link-out.xml'));
  symlinkSync('a.xml', join(workspace, 'link-in.xml'));
  symlinkSync('nowhere', join(workspace, 'link-nowhere.xml'));
  symlinkSync('../outside', join(workspace, 'folder-out'));
  execFileSync('mkfifo', [join(workspace, 'pipe.xml')]);
  mkdirSync(join(workspace, 'folder.xml'));
});

const found = async (pattern: string): Promise<readonly string[]> =>
  (await findFiles(workspace, pattern)).map(({ path, refused }) =>
    refused === undefined ? path : `${path} ${refused}`,
  );

test.each([
  ['a.xml', ['a.xml']],
  ['none.xml', []],
  ['deep/**/*.xml', ['deep/er/c.xml']],
  ['with space/*.xml', ['with space/f.xml']],
  [
    '*.xml',
    ['a.xml', 'b.xml', 'link-in.xml', 'link-out.xml leads out of the workspace', 'pipe.xml is no regular file'],
  ],
  ['node_modules/*/*.xml', ['node_modules/x/d.xml']],
  ['folder.xml', ['folder.xml is no regular file']],
  ['../outside/g.xml', ['../outside/g.xml leads out of the workspace']],
  ['folder-out/g.xml', ['folder-out/g.xml leads out of the workspace']],
])('%s is %j', async (pattern, files) => {
  expect(await found(pattern)).toEqual(files);
});

test('** looks into no folder of packages, and follows no link', async () => {
  const all = await found('**/*.xml');
  expect(all).toEqual(expect.arrayContaining(['a.xml', 'deep/er/c.xml', 'with space/f.xml']));
  expect(all.filter((path) => /node_modules|\.venv|folder-out/.test(path))).toEqual([]);
});

test('a stamp is another one as soon as somebody has written', async () => {
  const stamp = async () => (await findFiles(workspace, 'b.xml'))[0]?.stamp;
  const before = await stamp();
  expect(await stamp()).toBe(before);
  appendFileSync(join(workspace, 'b.xml'), '');
  appendFileSync(join(workspace, 'b.xml'), 'x');
  expect(await stamp()).not.toBe(before);
});
