import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { secretsOfAddress } from '#plan';
import { indexBody, programs, type Input } from '#remote';
import { pinned } from '../../scripts/checks/programs.ts';
import { startPackageIndex, type PackageIndex } from '../../test/lab/package-index.ts';
import { bytesOf, filesBelow } from '../../test/proof/secrets/files.ts';
import { canaries, finder } from '../../test/proof/secrets/canaries.ts';
import { busybox, dash, oneShell, runText, type Ran, type Shell } from '../../test/lab/program-run.ts';
import { folder, remove, write } from '../../test/lab/repository.ts';

jest.setTimeout(300_000);

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
    uv: (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      promisify(execFile)(uv ?? '', words, { cwd: tree, env: { ...env, ...more }, timeout: 60_000 }),
    /** What pip and uv have kept for another time. */
    forget: (): void => {
      remove(join(home, '.cache'));
    },
    build: (hash: string, how: Partial<Input<'environment'>>, body: string | Buffer = ''): Promise<Ran> =>
      runText(
        shell,
        programs.environment.text,
        programs.environment.args({ base, staging, hash, python: '/usr/bin/python3', installer: 'uv', lock: 'uv.lock', index: false, ...how }),
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

// pip and uv take their time, and do not ask which shell began them: each of these under one of the two
oneShell(
  dash,
  'an environment from uv.lock',
  (shell) => {
    let index: PackageIndex;
    let at: ReturnType<typeof host>;
    beforeAll(async () => {
      index = await startPackageIndex();
      at = host(shell);
      write(at.tree, 'pyproject.toml', project(index.address));
      await at.uv(['lock', '--quiet']);
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
      at.forget();
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

oneShell(
  busybox,
  'a package index with a password',
  (shell) => {
    const made = canaries();
    const password = made.make('the password');
    const find = finder(made.all());
    /** Command lines that held the password while whoever had it waited for the index. */
    const seen = new Set<string>();
    let index: PackageIndex;
    let at: ReturnType<typeof host>;
    const given = (): Buffer => indexBody(index.open, secretsOfAddress(index.open));
    const spilt = (): readonly string[] =>
      filesBelow(at.root)
        .map(({ path }) => path)
        .filter((path) => find(bytesOf(path)).length > 0);

    beforeAll(async () => {
      const look = (): void => {
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
          const line = bytesOf(`/proc/${pid}/cmdline`);
          if (find(line).length > 0) seen.add(line.toString().replaceAll('\0', ' '));
        }
      };
      index = await startPackageIndex({ user: 'aws', password, meanwhile: look });
      at = host(shell);
      write(at.tree, 'requirements.txt', 'notesplain\nnotesbuilt\n');
      write(at.tree, 'pyproject.toml', project(index.address));
      await at.uv(['lock', '--quiet'], { UV_INDEX: index.open });
      at.forget();
    });
    beforeEach(() => {
      seen.clear();
    });
    afterAll(async () => {
      await index.end();
      remove(at.root);
    });

    test.each([
      ['pip', 'requirements.txt', '1a'],
      ['uv', 'uv.lock', '1b'],
    ] as const)(
      'lets %s in, and what builds packages; it stands in no argument, no file, and nothing that is said',
      async (installer, lock, hash) => {
        const from = index.asked.length;
        const ran = await at.build(hash, { installer, lock, index: true }, given());
        expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
        expect(at.modules(hash)).toEqual(['notesbuilt.py', 'notesplain.py']);
        expect(index.asked.slice(from).join()).toContain('200 /simple/notesbackend/');
        expect(find(Buffer.concat([ran.stdout, Buffer.from(ran.stderr)]))).toEqual([]);
        expect([...seen]).toEqual([]);
        expect(spilt()).toEqual([]);
      },
    );

    test.each([
      ['pip', 'both/requirements.txt', '6a'],
      ['uv', 'both/uv.lock', '6b'],
    ] as const)(
      'takes nothing away from %s that the user’s own netrc lets in elsewhere',
      async (installer, lock, hash) => {
        const other = await startPackageIndex({ user: 'own', password: 'own-password' });
        const address = other.address.replace('127.0.0.1', 'localhost');
        write(at.tree, 'both/requirements.txt', `--extra-index-url ${address}\nnotesplain\nnotesbuilt\n`);
        write(at.tree, 'both/pyproject.toml', project(address));
        const netrc = join(at.home, '.netrc');
        const own = 'machine localhost login own password own-password\n';
        write(at.home, '.netrc', `${own}machine 127.0.0.1 login aws password an-older-one\nmacdef init\ncd /`, 0o600);
        if (installer === 'uv') await at.uv(['lock', '--quiet', '--directory', 'both']);
        at.forget();
        const from = other.asked.length;
        const ran = await at.build(hash, { installer, lock, index: true }, given());
        expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
        expect(other.asked.slice(from).join()).toMatch(/200 \/(?:files|simple)\/notesplain/);
        if (installer === 'pip') expect(index.asked.join()).toContain('200 /simple/notesplain/');
        // one that is no netrc is told, and takes nothing away either
        write(at.home, '.netrc', 'machine localhost login');
        const broken = await at.build(`${hash}0`, { installer: 'pip', lock: 'requirements.txt', index: true }, given());
        expect([broken.code, broken.stderr]).toEqual([
          0,
          expect.stringContaining('.netrc cannot be read, and does not count'),
        ]);
        rmSync(netrc);
        await other.end();
      },
    );

    test.each([
      ['pip', 'none.txt'],
      ['uv', 'none/uv.lock'],
    ] as const)('is not told by %s when a package is missing', async (installer, lock) => {
      write(at.tree, 'none.txt', 'notesplain\nno-such-package\n');
      write(at.tree, 'none/pyproject.toml', project(index.address));
      write(at.tree, 'none/uv.lock', readFileSync(join(at.tree, 'uv.lock'), 'utf8').replaceAll('/files/', '/gone/'));
      at.forget();
      const ran = await at.build('2a', { installer, lock, index: true }, given());
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/no-such-package|gone/)]);
      expect(find(Buffer.from(ran.stderr))).toEqual([]);
      expect([...seen]).toEqual([]);
      expect(spilt()).toEqual([]);
    });

    test('is hidden where somebody prints it', async () => {
      const text = programs.environment.text.replace(
        '\nby_pip() {',
        '\nby_pip() {\n  installing sh -c "cat \\"\\$NETRC\\"; echo $address"',
      );
      const args = programs.environment.args({
        base: at.base,
        staging,
        hash: '3a',
        python: '/usr/bin/python3',
        installer: 'pip',
        lock: 'none.txt',
        index: true,
      });
      const ran = await runText(shell, text, args, given());
      expect(ran.stderr).toMatch(/^machine 127\.0\.0\.1 login aws password \*\*\*\n\*\*\*\n/);
    });

    test('that came cut short is not used', async () => {
      const ran = await at.build('4a', { installer: 'pip', lock: 'requirements.txt', index: true }, index.open);
      expect([ran.code, ran.stderr]).toEqual([64, 'the address of the package index came cut short\n']);
    });

    test('in .env would stand in arguments: what looks for it finds it', async () => {
      write(at.tree, '.env', `PIP_INDEX_URL=${index.open}\n`, 0o600);
      const ran = await at.build('5a', { installer: 'pip', lock: 'requirements.txt' });
      expect(ran.code).toBe(0);
      expect([...seen].join()).toContain(password);
      rmSync(join(at.tree, '.env'));
    });
  },
  ...needs,
);
