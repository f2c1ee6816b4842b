import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { programs, type Input } from '#remote';
import { pinned } from '../../scripts/checks/programs.ts';
import { startPackageIndex, type PackageIndex } from '../../test/lab/package-index.ts';
import { eachShell, runText, type Ran, type Shell } from '../../test/lab/program-run.ts';
import { folder, remove, write } from '../../test/lab/repository.ts';

jest.setTimeout(120_000);

const staging = 'abc1234-ffff.d1';
const uv = pinned('uv').path;
const needs = ['python3', ...(uv === undefined ? ['scripts/pinned uv'] : [])];

/** A host of its own: a home, with uv where its installer puts it, and nothing of this machine's settings. */
const host = (shell: Shell) => {
  const root = folder('installers');
  const [home, base] = [join(root, 'home'), join(root, 'base')];
  const tree = join(base, 'staging', staging);
  mkdirSync(tree, { recursive: true });
  mkdirSync(join(home, '.local/bin'), { recursive: true });
  symlinkSync(uv ?? '', join(home, '.local/bin/uv'));
  const env = { HOME: home, PATH: process.env['PATH'] };
  return {
    root,
    home,
    base,
    tree,
    uv: (...words: readonly string[]) =>
      promisify(execFile)(uv ?? '', words, { cwd: tree, env, timeout: 30_000 }),
    build: (hash: string, how: Partial<Input<'environment'>>, body = ''): Promise<Ran> =>
      runText(
        shell,
        programs.environment.text,
        programs.environment.args({ base, staging, hash, python: 'python3', installer: 'uv', lock: 'uv.lock', ...how }),
        body,
        env,
      ),
    /** Modules that an environment has, but the installer's own. */
    modules: (hash: string): readonly string[] =>
      readdirSync(join(base, 'envs', hash, 'lib'))
        .flatMap((version) => readdirSync(join(base, 'envs', hash, 'lib', version, 'site-packages')))
        .filter((name) => /^notes\w+\.py$/.test(name))
        .sort(),
    names: (): readonly string[] => readdirSync(tree).sort(),
  };
}; // prettier-ignore

const project = (index: string): string => `[project]
name = "notes"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["notesplain", "notesbuilt"]
[dependency-groups]
dev = ["notesdev"]
[build-system]
requires = ["notesbackend"]
build-backend = "notesbackend"
[[tool.uv.index]]
url = "${index}"
default = true
`;

eachShell(
  'an environment from uv.lock',
  (shell) => {
    let index: PackageIndex;
    let at: ReturnType<typeof host>;
    beforeAll(async () => {
      index = await startPackageIndex();
      at = host(shell);
      write(at.tree, 'pyproject.toml', project(index.address));
      await at.uv('lock', '--quiet');
    });
    afterAll(async () => {
      await index.end();
      remove(at.root);
    });

    test('holds what runs: no development group, not the project itself; nothing is written into the release', async () => {
      const before = at.names();
      const ran = await at.build('aa', {});
      expect([ran.code, ran.stdout.toString()]).toEqual([0, 'built=yes\n']);
      expect(at.modules('aa')).toEqual(['notesbuilt.py', 'notesplain.py']);
      expect(at.names()).toEqual(before);
      const python = join(at.base, 'envs/aa/bin/python');
      expect(execFileSync(python, ['-c', 'import notesbuilt; print(notesbuilt.name)'], { encoding: 'utf8' })).toBe('built\n'); // prettier-ignore
      expect((await at.build('aa', {})).stdout.toString()).toBe('built=no\n');
    });

    test('is its own: no file of it is one of uv’s cache', () => {
      expect(execFileSync('find', [join(at.base, 'envs/aa'), '-type', 'f', '-links', '+1'], { encoding: 'utf8' })).toBe('');
    }); // prettier-ignore

    test('is built anew when it was not completed', async () => {
      write(at.base, 'envs/bb/half', 'left by a killed run');
      expect((await at.build('bb', {})).code).toBe(0);
      expect(existsSync(join(at.base, 'envs/bb/half'))).toBe(false);
      expect(existsSync(join(at.base, 'envs/bb/.complete'))).toBe(true);
    });

    test('that uv cannot install is not completed, and says what uv said', async () => {
      write(at.tree, 'broken/pyproject.toml', project(index.address));
      write(at.tree, 'broken/uv.lock', readFileSync(join(at.tree, 'uv.lock'), 'utf8').replaceAll('/files/', '/gone/'));
      await at.uv('cache', 'clean', '--quiet');
      const ran = await at.build('cc', { lock: 'broken/uv.lock' });
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(/gone[^]*uv could not install broken\/uv\.lock/);
      expect(existsSync(join(at.base, 'envs/cc/.complete'))).toBe(false);
    });

    test('needs uv, and a lock inside the release', async () => {
      remove(join(at.home, '.local/bin/uv'));
      const ran = await at.build('dd', {});
      expect([ran.code, ran.stderr]).toEqual([69, 'uv is missing on the host\n']);
      expect((await at.build('dd', { lock: '../uv.lock' })).code).toBe(64);
    });
  },
  ...needs,
);
