import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { TrackedFile } from '#plan';
import { needing } from '../../test/lab/needs.ts';
import { commitAll, folder, git, remove, repository, write } from '../../test/lab/repository.ts';
import { fileAt, trackedFiles } from './index.ts';

const made: string[] = [];
const kept = (root: string): string => {
  made.push(root);
  return root;
};
afterEach(() => {
  for (const root of made.splice(0)) remove(root);
});

const all = async (root: string, most?: number): Promise<readonly TrackedFile[]> => {
  const found: TrackedFile[] = [];
  for await (const file of trackedFiles(root, most)) found.push(file);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
};

needing('git').describe('the files of a commit', () => {
  test('are told with their text, as the commit has them', async () => {
    const largest = 3 << 20;
    const root = kept(repository({ 'a.txt': 'ä\n', 'dir/-b': '', 'new\nline': 'x', bin: 'a\0b' }));
    symlinkSync('a.txt', join(root, 'link'));
    writeFileSync(join(root, 'large'), 'x'.repeat(largest + 1));
    writeFileSync(join(root, 'just'), 'x'.repeat(largest));
    writeFileSync(join(root, 'wide'), Buffer.from('\ufeffkey ä\n', 'utf16le'));
    writeFileSync(join(root, 'wide-be'), Buffer.from('\ufeffkey ä\n', 'utf16le').swap16());
    writeFileSync(join(root, 'latin'), Buffer.from([0xe4, 10]));
    commitAll(root);
    write(root, 'a.txt', 'changed since');
    write(root, 'untracked', 'u');
    rmSync(join(root, 'dir'), { recursive: true });
    expect(await all(root, largest)).toEqual([
      { path: 'a.txt', kind: 'text', bytes: 3, text: 'ä\n' },
      { path: 'bin', kind: 'binary', bytes: 3 },
      { path: 'dir/-b', kind: 'text', bytes: 0, text: '' },
      { path: 'just', kind: 'text', bytes: largest, text: 'x'.repeat(largest) },
      { path: 'large', kind: 'large', bytes: largest + 1 },
      { path: 'latin', kind: 'text', bytes: 2, text: '\ufffd\n' },
      { path: 'link', kind: 'other', bytes: 5 },
      { path: 'new\nline', kind: 'text', bytes: 1, text: 'x' },
      { path: 'wide', kind: 'text', bytes: 14, text: 'key ä\n' },
      { path: 'wide-be', kind: 'text', bytes: 14, text: 'key ä\n' },
    ]);
    expect((await all(root)).find(({ path }) => path === 'large')?.kind).toBe('text');
  });

  test('a thousand of them come through in order, and a reader may stop', async () => {
    const files = Array.from({ length: 1000 }, (_, at) => [`f${at}`, `${at}\n`.repeat(at)] as const);
    const root = kept(repository(Object.fromEntries(files)));
    expect(new Map((await all(root)).map(({ path, text }) => [path, text]))).toEqual(new Map(files));
    for await (const { path } of trackedFiles(root)) {
      expect(path).toBe('f0');
      break;
    }
  });

  test('a submodule is no file, and a folder without git is a fault', async () => {
    const inner = kept(repository({ i: 'i' }));
    const root = kept(repository({ a: 'a' }));
    git(root, 'submodule', '--quiet', 'add', inner, 'sub');
    commitAll(root);
    expect((await all(root)).find(({ path }) => path === 'sub')).toEqual({ path: 'sub', kind: 'other', bytes: 0 });
    await expect(all(kept(folder('git')))).rejects.toMatchObject({ fault: { code: 'SOURCE_UNFIT' } });
  });

  test('a content that the checkout lacks is a fault, not a file less', async () => {
    const root = kept(repository({ a: 'a\n', b: 'b\n', c: 'c\n' }));
    const id = git(root, 'rev-parse', 'HEAD:b');
    rmSync(join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
    await expect(all(root)).rejects.toMatchObject({ fault: { code: 'SOURCE_UNFIT' } });
  });

  test('a file can be had as another commit has it', async () => {
    const root = kept(repository({ 'v[1]*': '1', ':(top)x': 'magic', 'd/x': 'd' }));
    const first = git(root, 'rev-parse', 'HEAD');
    write(root, 'v[1]*', '2');
    commitAll(root);
    expect(await fileAt(root, first, 'v[1]*')).toBe('1');
    expect(await fileAt(root, 'HEAD', 'v[1]*')).toBe('2');
    expect(await fileAt(root, first, ':(top)x')).toBe('magic');
    expect(await fileAt(root, first, 'd')).toBeUndefined();
    expect(await fileAt(root, first, '-x')).toBeUndefined();
    mkdirSync(join(root, 'd'), { recursive: true });
    expect(await fileAt(join(root, 'd'), first, 'x')).toBe('d');
    await expect(fileAt(root, 'f'.repeat(40), 'x')).rejects.toMatchObject({ fault: { code: 'SOURCE_UNFIT' } });
  });
});
