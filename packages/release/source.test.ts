import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, jest } from '@jest/globals';
import { must } from '#fault';
import { needing } from '../../test/lab/needs.ts';
import { commitAll, folder, git, remove, repository, write } from '../../test/lab/repository.ts';
import { readSource } from './index.ts';

jest.setTimeout(300_000);

const made: string[] = [];
const kept = (root: string): string => {
  made.push(root);
  return root;
};
const read = (root: string, options: { include?: string[]; exclude?: string[]; venv?: string } = {}) =>
  readSource({ root, include: [], exclude: [], ...options });
const paths = async (root: string, options = {}) => must(await read(root, options)).entries.map(({ path }) => path);
const problems = async (root: string, options = {}) => {
  const found = await read(root, options);
  return found.ok ? [] : (found.fault.problems ?? []).map(({ where }) => where).sort();
};

afterEach(() => {
  for (const root of made.splice(0)) remove(root);
});

needing('git').describe('the source of a release', () => {
  test('is what is tracked, as it is on disk; untracked and ignored files stay, the commit is HEAD', async () => {
    const root = kept(repository({ 'a.txt': 'a', 'dir/b.txt': 'b', '.gitignore': 'ignored*' }));
    write(root, 'ignored.txt', 'x');
    write(root, 'gha-creds-1.json', 'untracked');
    write(root, 'a.txt', 'changed');
    rmSync(join(root, 'dir/b.txt'));
    const source = must(await read(root));
    expect(source.entries.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['.gitignore', 8],
      ['a.txt', 7],
    ]);
    expect(source.commit).toBe(git(root, 'rev-parse', 'HEAD'));
    expect(source.notes).toEqual([
      expect.objectContaining({
        kind: 'warning',
        text: expect.stringContaining('a.txt, dir/b.txt') as unknown as string,
      }),
    ]);
    expect(source.bytes).toBe(15);
  });

  test('has a list that is the same as the tools of a host make', async () => {
    const root = kept(repository({ b: '1', 'a b': '2', 'a/c': '3', ä: '4' }));
    const list = must(await read(root))
      .list.toString('utf8')
      .split('\0')
      .filter(Boolean);
    expect(list.map((line) => line.slice(67))).toEqual(['./a b', './a/c', './b', './ä']);
    expect(list[0]).toBe(
      `f${execFileSync('sha256sum', [join(root, 'a b')], { encoding: 'utf8' }).slice(0, 64)}  ./a b`,
    );
  });

  test('takes build output that is named, dot files too, and leaves out what is excluded', async () => {
    const root = kept(repository({ 'src/a.ts': '', 'docs/x.md': '', 'keep.txt': '', '.gitignore': 'dist\nlocale.mo' }));
    write(root, 'dist/.vite/manifest.json', '{}');
    write(root, 'dist/app.js', '');
    write(root, 'dist/app.js.map', '');
    write(root, 'locale.mo', '');
    write(root, 'dist/.git/config', 'never');
    const all = await paths(root, { include: ['dist/**', 'locale.mo'], exclude: ['docs', '**/*.map', 'src/*.ts'] });
    expect(all).toEqual(['.gitignore', 'dist/.vite/manifest.json', 'dist/app.js', 'keep.txt', 'locale.mo']);
    expect(await paths(root, { include: ['dist'], exclude: ['docs', 'src'] })).toContain('dist/.vite/manifest.json');
    expect(await problems(root, { include: ['dist/**', 'build/**', 'none.js'] })).toEqual([
      'include build/**',
      'include none.js',
    ]);
  });

  test('leaves out export-ignore, on files and on folders with and without a slash', async () => {
    const attributes = 'tests export-ignore\ndocs/ export-ignore\n*.secret export-ignore\n/top export-ignore\n';
    const root = kept(
      repository({
        'tests/a/b.py': '',
        'docs/x.md': '',
        'app/k.secret': '',
        'app/top/x': '',
        'top/x': '',
        'app/tests/t': '',
        m: '',
        '.gitattributes': attributes,
      }),
    );
    expect(await paths(root)).toEqual(['.gitattributes', 'app/top/x', 'm']);
    const archived = execFileSync('sh', ['-c', 'git -C "$1" archive HEAD | tar -t | grep -v /$', 'sh', root], {
      encoding: 'utf8',
    });
    expect(archived.trim().split('\n').sort()).toEqual(await paths(root));
  });

  test('names all that cannot be deployed at once', async () => {
    const root = kept(repository({ fine: '' }));
    write(root, '.env', 'SECRET=1');
    write(root, 'RELEASE.json', '{}');
    write(root, '.landfall/release', '');
    write(root, 'sub/.env', 'fine');
    write(root, '.venv/bin/python', '');
    write(root, 'big.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x62, 0xff])]), 'x');
    symlinkSync(Buffer.from([0xfe]), join(root, 'badlink'));
    commitAll(root);
    expect(await problems(root, { venv: '.venv' })).toEqual(
      ['.env', '.landfall/release', '.venv/bin/python', 'RELEASE.json', 'b?', 'badlink', 'big.bin'].sort(),
    );
    expect(await problems(root, { exclude: ['.env', 'RELEASE.json', '.landfall', 'big.bin', 'badlink'] })).toEqual([
      'b?',
    ]);
  });

  test('goes into submodules, and refuses an empty one', async () => {
    const inner = kept(repository({ 'in.txt': 'x' }));
    const root = kept(repository({ out: '' }));
    git(root, 'submodule', '--quiet', 'add', inner, 'sub');
    commitAll(root);
    expect(await paths(root)).toEqual(['.gitmodules', 'out', 'sub/in.txt']);
    const clone = kept(folder('clone'));
    git(clone, 'clone', '-q', root, 'c');
    expect(await problems(join(clone, 'c'))).toEqual(['sub']);
  });

  test('is read whatever git variables are set around it', async () => {
    const root = kept(repository({ a: '' }));
    process.env['GIT_DIR'] = '/nowhere';
    try {
      expect(await paths(root)).toEqual(['a']);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  test('is refused where there is no commit', async () => {
    const none = kept(folder('none'));
    const found = await read(none);
    expect(found).toMatchObject({ ok: false, fault: { code: 'SOURCE_UNFIT' } });
    expect(found.ok ? [] : found.fault.said.join(' ')).toContain('not a git repository');
  });
});
