import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, jest } from '@jest/globals';
import { must } from '#fault';
import { probeBody } from '#remote';
import { eachShell, outputOf, runProgram } from '../../test/lab/program-run.ts';
import { folder, remove, write } from '../../test/lab/repository.ts';
import {
  consequences,
  encodeRelease,
  packed,
  probedOf,
  recordFiles,
  schemaOf,
  sharedArguments,
  type Application,
  type Release,
} from './index.ts';

jest.setTimeout(300_000);

const time = new Date('2026-03-01T12:00:00Z');
const sha = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hash = 'f'.repeat(64);
const python = '/usr/bin/python3';

const release = (over: Partial<Release> = {}): Release => ({
  v: 1, id: 'abc1234-ffff', hash, commit: 'a'.repeat(40), run: { repository: 'o/r', id: '7', attempt: 1, url: 'u' }, actor: 'me',
  env: null, environment: null, python: null, venv: '.venv', directory: '.', services: [], hooks: {}, shared: [], url: null, checks: [], leaves: [],
  createdAt: '2026-03-01T12:00:00Z', ...over,
}); // prettier-ignore

const settings = `
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
print("settings speak")
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "notes"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3", "OPTIONS": {"timeout": 5}}}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
STATICFILES_DIRS = [BASE_DIR / "assets"]
MEDIA_ROOT = BASE_DIR / "media"
ROOT_URLCONF = "site1.urls"
WSGI_APPLICATION = "site1.wsgi.application"
`;
const manage = `#!/usr/bin/env python
import os, sys
def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
if __name__ == "__main__":
    main()
`;
const project = (tree: string): void => {
  write(tree, 'manage.py', manage, 0o755);
  write(tree, 'site1/__init__.py', '');
  write(tree, 'site1/settings.py', settings);
  write(tree, 'site1/urls.py', 'urlpatterns = []\n');
  write(tree, 'notes/__init__.py', '');
  write(
    tree,
    'notes/models.py',
    'from django.db import models\nclass Note(models.Model):\n    text = models.TextField()\n',
  );
  write(tree, 'notes/migrations/__init__.py', '');
  write(
    tree,
    'notes/migrations/0001_initial.py',
    'from django.db import migrations, models\nclass Migration(migrations.Migration):\n    initial = True\n    operations = [migrations.CreateModel("Note", [("id", models.AutoField(primary_key=True)), ("text", models.TextField())])]\n',
  );
  write(tree, 'assets/site.css', 'body{}');
};

/** What receive leaves: the tree, and its list. */
const staged = (base: string, staging: string, fill: (tree: string) => void): string => {
  const tree = join(base, 'staging', staging);
  mkdirSync(tree, { recursive: true });
  fill(tree);
  write(base, `trees/${staging}`, list(tree));
  return tree;
};
const list = (tree: string): Buffer =>
  execFileSync('sh', ['-c', 'cd "$1" && find . -type f ! -perm -100 -print0 | LC_ALL=C sort -z | xargs -0r sha256sum -z | sed -z s/^/f/; find . -type f -perm -100 -print0 | LC_ALL=C sort -z | xargs -0r sha256sum -z | sed -z s/^/x/', 'sh', tree]); // prettier-ignore

const facts = (of: Release) => packed(recordFiles(of), time);
const staging = 'abc1234-ffff.d1';
const place = { directory: '.', venv: '.venv', python };
const publishing = (base: string, over: object = {}) => ({
  base, staging, id: 'abc1234-ffff', hash, ...place, environment: undefined, compilemessages: false, collectstatic: false, run: '7/1', shared: [], ...over,
}); // prettier-ignore

eachShell(
  'preparing a release',
  (shell) => {
    let base: string;
    beforeEach(() => {
      base = folder('base');
    });
    const bases: string[] = [];
    beforeEach(() => {
      bases.push(base);
    });
    afterAll(() => {
      for (const one of bases) remove(one);
    });

    test('gives it its .env, and links to its environment and to what is shared', async () => {
      const tree = staged(base, staging, (at) => {
        write(at, 'media/first.txt', 'from the commit');
        write(at, 'deep/er/logs/.keep', '');
        write(at, 'code.py', '1');
      });
      write(base, 'shared/deep/er/logs/kept.log', 'kept');
      const env = "export A='1 2'\nSECRET=x\n";
      const shared = ['media/', 'deep/er/logs/', 'db.sqlite3', 'var/cache/'];
      const { names } = await outputOf(
        shell,
        'arrange',
        { base, staging, environment: 'ab12', venv: 'env/django', env: { from: 'given', sha256: sha(env) }, shared },
        env,
      );
      expect(names).toEqual(['A', 'SECRET']);
      expect(readFileSync(join(tree, '.env'), 'utf8')).toBe(env);
      expect(statSync(join(tree, '.env')).mode & 0o777).toBe(0o600);
      expect(readlinkSync(join(tree, 'env/django'))).toBe('../../../envs/ab12');
      expect(readlinkSync(join(tree, 'media'))).toBe('../../shared/media');
      expect(readlinkSync(join(tree, 'deep/er/logs'))).toBe('../../../../shared/deep/er/logs');
      expect(readlinkSync(join(tree, 'db.sqlite3'))).toBe('../../shared/db.sqlite3');
      expect(readFileSync(join(tree, 'media/first.txt'), 'utf8')).toBe('from the commit');
      expect(readdirSync(join(base, 'shared/deep/er/logs'))).toEqual(['kept.log']);
      expect(statSync(join(tree, 'var/cache')).isDirectory()).toBe(true);
      expect(existsSync(join(base, 'shared/db.sqlite3'))).toBe(false);
      writeFileSync(join(tree, 'db.sqlite3'), 'through the link');
      expect(readFileSync(join(base, 'shared/db.sqlite3'), 'utf8')).toBe('through the link');
    });

    test('takes shared/.env only as the plan saw it, and refuses a line that it cannot read', async () => {
      const tree = staged(base, staging, (at) => {
        write(at, 'x', '');
      });
      const input = { base, staging, environment: undefined, venv: undefined, shared: [] };
      write(base, 'shared/.env', 'A=1\n');
      await outputOf(shell, 'arrange', { ...input, env: { from: 'shared', sha256: sha('A=1\n') } });
      expect(readFileSync(join(tree, '.env'), 'utf8')).toBe('A=1\n');
      const changed = await runProgram(shell, 'arrange', { ...input, env: { from: 'shared', sha256: sha('A=2\n') } });
      expect(changed).toMatchObject({ code: 1 });
      const cut = await runProgram(
        shell,
        'arrange',
        { ...input, env: { from: 'given', sha256: sha('A=1\nB=2\n') } },
        'A=1\n',
      );
      expect(cut.code).toBe(1);
      const text = 'A=1\nthe secret itself\n';
      const bad = await runProgram(shell, 'arrange', { ...input, env: { from: 'given', sha256: sha(text) } }, text);
      expect(bad.code).toBe(1);
      expect(bad.stderr).toContain('line 2');
      expect(bad.stderr + bad.stdout.toString()).not.toContain('secret');
      await outputOf(shell, 'arrange', { ...input, env: { from: 'none' } });
      expect(existsSync(join(tree, '.env'))).toBe(false);
    });

    test('does not follow symlinks of the commit out of the release', async () => {
      const outside = folder('outside');
      bases.push(outside);
      staged(base, staging, (at) => {
        symlinkSync(outside, join(at, 'public'));
      });
      const input = { base, staging, environment: undefined, venv: undefined, env: { from: 'none' } as const };
      expect((await runProgram(shell, 'arrange', { ...input, shared: ['public/a/media/'] })).code).toBe(64);
      for (const path of ['../x', '/etc', 'a/../../b', '', 'a//b', './a', 'a//']) {
        expect([path, (await runProgram(shell, 'arrange', { ...input, shared: [path] })).code]).toEqual([path, 64]);
      }
      expect(readdirSync(outside)).toEqual([]);
    });

    test('publishes it whole, keeps what another run published as the same, and refuses another with its name', async () => {
      const services = [
        {
          name: 'web',
          command: ['bin/serve', '--bind', 'unix:a b', ''],
          role: 'web',
          drain: 1500,
          boot: 60_000,
          listen: '8000',
        },
      ] as const;
      const record = release({ services });
      const fill = (at: string): void => {
        write(at, 'same.py', '1');
        write(at, 'bin/serve', '#!/bin/sh\n', 0o755);
        write(at, 'locale/x.mo', 'committed');
      };
      const tree = staged(base, staging, fill);
      writeFileSync(join(tree, 'locale/x.mo'), 'compiled anew');
      const input = publishing(base, { shared: ['media/'] });
      expect(await outputOf(shell, 'publish', input, facts(record))).toEqual({ published: true, changed: 1 });
      const at = join(base, 'releases/abc1234-ffff');
      expect(readFileSync(join(at, 'RELEASE.json'), 'utf8')).toBe(encodeRelease(record));
      expect(readFileSync(join(at, '.landfall/services/web'), 'utf8')).toBe(
        'role=web\ndrain=2\nboot=60\nlisten=8000\nword=bin/serve\nword=--bind\nword=unix:a b\nword=\n',
      );
      expect(readFileSync(join(at, '.landfall/release'), 'utf8')).toContain(`hash=${hash}\n`);
      expect(lstatSync(join(at, 'media')).isSymbolicLink()).toBe(true);
      expect(
        readFileSync(join(base, 'trees/abc1234-ffff'), 'utf8')
          .split('\0')
          .map((line) => line.slice(67)),
      ).toEqual(['./bin/serve', './same.py', '']);
      expect(readdirSync(join(base, 'trees'))).toEqual(['abc1234-ffff']);
      expect(readdirSync(join(base, 'staging'))).toEqual([]);

      const inode = statSync(at).ino;
      staged(base, 'abc1234-ffff.d2', fill);
      expect(
        await outputOf(shell, 'publish', { ...input, staging: 'abc1234-ffff.d2', run: '8/1' }, facts(record)),
      ).toEqual({ published: false, changed: 0 });
      expect(
        await outputOf(shell, 'publish', { ...input, staging: 'abc1234-ffff.d2', run: '8/1' }, facts(record)),
      ).toEqual({ published: false, changed: 0 });
      expect(statSync(at).ino).toBe(inode);
      expect(readFileSync(join(at, '.landfall/prepared'), 'utf8')).toBe('7/1\n8/1\n');
      expect(readdirSync(join(base, 'staging'))).toEqual([]);
      expect(readdirSync(join(base, 'trees'))).toEqual(['abc1234-ffff']);

      staged(base, 'abc1234-ffff.d3', fill);
      const other = await runProgram(
        shell,
        'publish',
        { ...input, staging: 'abc1234-ffff.d3', hash: 'e'.repeat(64) },
        facts(record),
      );
      expect(other.code).toBe(64);
    });

    test('does not publish a release with a service whose program is nowhere; it names all of them', async () => {
      const fill = (at: string): void => {
        write(at, 'bin/serve', '#!/bin/sh\n', 0o755);
        write(at, 'bin/data', '');
      };
      staged(base, staging, fill);
      const serving = (...commands: readonly (readonly string[])[]) =>
        facts({
          ...release(),
          services: commands.map((command, at) => ({
            name: `s${at}`,
            role: 'web' as const,
            drain: 1000,
            boot: 1000,
            command,
          })),
        });
      const { code, stderr } = await runProgram(
        shell,
        'publish',
        publishing(base),
        serving(
          ['sh', '-c', 'true'],
          ['bin/serve'],
          ['/bin/true'],
          ['bin/data'],
          ['no-such-program'],
          ['cd'],
          ['/no/such'],
        ),
      );
      expect(code).toBe(69);
      expect(stderr).toMatch(
        /no such program for the service or hook s3:bin\/data s4:no-such-program s5:cd s6:\/no\/such \(/,
      );
      expect(existsSync(join(base, 'releases/abc1234-ffff'))).toBe(false);
      const good = serving(['sh', '-c', 'true'], ['bin/serve'], ['/bin/true']);
      const other = 'abc1234-ffff.d2';
      staged(base, other, fill);
      expect((await runProgram(shell, 'publish', publishing(base, { staging: other }), good)).code).toBe(0);
    });

    test('does not publish facts that came cut short, nor without its environment', async () => {
      staged(base, staging, (at) => {
        write(at, 'x', '1');
      });
      const bytes = Buffer.concat((await facts(release()).toArray()) as Buffer[]);
      expect((await runProgram(shell, 'publish', publishing(base), bytes.subarray(0, bytes.length - 9))).code).toBe(1);
      expect((await runProgram(shell, 'publish', publishing(base, { environment: 'ab12' }), bytes)).code).toBe(1);
      expect(existsSync(join(base, 'releases/abc1234-ffff'))).toBe(false);
      expect((await runProgram(shell, 'publish', publishing(base), bytes)).code).toBe(0);
    });

    test('discards what this driver left, and old leftovers, and nothing else', async () => {
      for (const one of ['a-1.mine', 'b-1.other', 'c-1.old']) staged(base, one, (at) => { write(at, 'd/x', '1'); }); // prettier-ignore
      write(base, 'trees/a-1.mine.keep', '');
      write(base, 'trees/kept-1', '');
      const old = new Date(Date.now() - 8 * 24 * 3600e3);
      utimesSync(join(base, 'staging/c-1.old'), old, old);
      utimesSync(join(base, 'trees/c-1.old'), old, old);
      utimesSync(join(base, 'trees/kept-1'), old, old);
      await outputOf(shell, 'discard', { base, driver: 'mine' });
      expect(readdirSync(join(base, 'staging'))).toEqual(['b-1.other']);
      expect(readdirSync(join(base, 'trees')).sort()).toEqual(['b-1.other', 'kept-1']);
      expect((await runProgram(shell, 'discard', { base, driver: '*' })).code).toBe(64);
    });

    test('discards an environment that failed, but none that is whole or being built just now', async () => {
      for (const one of ['failed/bin/python', 'whole/.complete', 'built/bin/python']) write(base, `envs/${one}`, '');
      const builder = spawn('flock', [join(base, 'envs/built.lock'), 'sh', '-c', 'echo has it; read -r _']);
      await once(builder.stdout, 'data');
      const folders = (): readonly string[] => readdirSync(join(base, 'envs')).filter((one) => !one.endsWith('.lock'));
      await outputOf(shell, 'discard', { base, driver: 'mine' });
      expect(folders()).toEqual(['built', 'whole']);
      builder.stdin.end();
      await once(builder, 'close');
      await outputOf(shell, 'discard', { base, driver: 'mine' });
      expect(folders()).toEqual(['whole']);
    });

    test('leaves an environment whose lock it cannot open, and goes on', async () => {
      for (const one of ['envs/a/x', 'envs/b/x', 'trees/a-1.mine']) write(base, one, '');
      symlinkSync('/nowhere/lock', join(base, 'envs/a.lock'));
      expect((await runProgram(shell, 'discard', { base, driver: 'mine' })).code).toBe(0);
      expect(readdirSync(join(base, 'envs')).sort()).toEqual(['a', 'a.lock', 'b.lock']);
      expect(readdirSync(join(base, 'trees'))).toEqual([]);
    });
  },
  'git',
  'tar',
);

eachShell('a Django application', (shell) => {
  let base: string;
  let tree: string;
  const env = 'SECRET_KEY=s\nPIP_NO_CACHE_DIR=0\n';
  const environment = 'aaaabbbbccccdddd';
  const ask = async (): Promise<Application> => {
    const found = must(probedOf(await outputOf(shell, 'probe', { base, staging, ...place, collect: false }, probeBody)));
    if (found === undefined) throw new Error('no application');
    return found;
  };

  beforeAll(async () => {
    base = folder('base');
    tree = staged(base, staging, (at) => {
      project(at);
      write(at, 'requirements.txt', 'django==5.2.*\n');
    });
    await outputOf(shell, 'arrange', { base, staging, environment, venv: '.venv', env: { from: 'given', sha256: sha(env) }, shared: [] }, env);
  });
  afterAll(() => {
    remove(base);
  });

  test('gets an environment, built once, anew when it was not completed, and by one at a time', async () => {
    write(base, `envs/${environment}/half`, 'left by a killed run');
    const input = { base, staging, hash: environment, python, installer: 'pip' as const, lock: 'requirements.txt', index: false };
    const both = await Promise.all([outputOf(shell, 'environment', input), outputOf(shell, 'environment', input)]);
    expect(both.map(({ built }) => built).sort()).toEqual([false, true]);
    expect(existsSync(join(base, `envs/${environment}/half`))).toBe(false);
    expect(existsSync(join(base, `envs/${environment}/.complete`))).toBe(true);
    expect(execFileSync(join(tree, '.venv/bin/django-admin'), ['--version'], { encoding: 'utf8' })).toMatch(/^5\.2/);
  }, 600_000);

  test('whose requirements pip cannot install is not completed, and says what pip said', async () => {
    write(tree, 'bad.txt', 'no-index-has-this-name==99\n--no-index\n');
    const ran = await runProgram(shell, 'environment', { base, staging, hash: '0bad', python, installer: 'pip', lock: 'bad.txt', index: false });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('no-index-has-this-name');
    expect(existsSync(join(base, 'envs/0bad/.complete'))).toBe(false);
    const none = await runProgram(shell, 'environment', { base, staging, hash: '0bad', python: 'python9', installer: 'pip', lock: 'bad.txt', index: false });
    expect(none.code).toBe(69);
  }, 300_000);

  test('is asked about itself, and nothing is written by that', async () => {
    const before = readdirSync(tree, { recursive: true }).sort();
    const found = await ask();
    expect(readdirSync(tree, { recursive: true }).sort()).toEqual(before);
    expect(found).toMatchObject({
      settings: 'site1.settings',
      wsgi: 'site1.wsgi.application',
      static: { app: true, inside: 'collected', url: '/static/' },
      media: { inside: 'media' },
      databases: [{ alias: 'default', vendor: 'sqlite', inside: 'db.sqlite3', fresh: true, recorded: false, error: null, unknown: [] }],
    });
    expect(found.databases[0]?.pending).toContain('notes.0001_initial');
    expect(found.databases[0]?.leaves).toContain('notes.0001_initial');
    const { collectstatic, shared } = must(consequences(found, []));
    expect([collectstatic, sharedArguments(shared)]).toEqual([true, ['db.sqlite3', 'media/']]);
  }, 300_000);

  test('is asked about the database that is shared, though its link is not made yet', async () => {
    const manage_ = (...words: string[]): void => {
      execFileSync(join(tree, '.venv/bin/python'), [join(tree, 'manage.py'), ...words], { env: { SECRET_KEY: 's', PYTHONDONTWRITEBYTECODE: '1' }, stdio: 'ignore' });
    };
    manage_('migrate', 'contenttypes');
    mkdirSync(join(base, 'shared'), { recursive: true });
    execFileSync('mv', [join(tree, 'db.sqlite3'), join(base, 'shared/db.sqlite3')]);
    const found = await ask();
    expect(found.databases[0]).toMatchObject({ fresh: false, recorded: true });
    expect(found.databases[0]?.pending).not.toContain('contenttypes.0001_initial');
    expect(must(schemaOf(found)).state).toBe('pending');
    expect(existsSync(join(tree, 'db.sqlite3'))).toBe(false);
  }, 300_000);

  test('that cannot be loaded says why', async () => {
    write(tree, 'notes/models.py', 'import no_such_module\n');
    const found = probedOf(await outputOf(shell, 'probe', { base, staging, ...place, collect: false }, probeBody));
    expect(found).toMatchObject({ ok: false, fault: { code: 'APPLICATION_FAILED' } });
    expect(found.ok ? '' : found.fault.said.join('\n')).toContain("No module named 'no_such_module'");
    project(tree);
  }, 300_000);

  test('that is no Django application has no answers', async () => {
    expect(probedOf(await outputOf(shell, 'probe', { base, staging, directory: 'assets', venv: undefined, python, collect: true }, probeBody))).toEqual({ ok: true, value: undefined });
  });

  describe('asked to collect its static files on the way', () => {
    const collect = () => runProgram(shell, 'probe', { base, staging, ...place, collect: true }, probeBody);
    const settings = (lines: string): void => {
      write(tree, 'site1/settings.py', `${readFileSync(join(tree, 'site1/settings.py'), 'utf8')}\n${lines}\n`);
    };
    afterEach(() => {
      rmSync(join(tree, 'collected'), { recursive: true, force: true });
      rmSync(join(tree, 'assets2'), { recursive: true, force: true });
      project(tree);
    });

    test('has them, and asks no second time', async () => {
      const ran = await collect();
      expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('1 static file copied')]);
      const found = must(probedOf(JSON.parse(ran.stdout.toString())));
      expect(found?.static).toMatchObject({ collected: true });
      // the databases are asked as ever
      expect(found?.databases[0]).toMatchObject({ error: null, recorded: true });
      expect(readFileSync(join(tree, 'collected/site.css'), 'utf8')).toBe('body{}');
    }, 300_000);

    test.each([
      ['they belong elsewhere', 'STATIC_ROOT = str(BASE_DIR) + "-elsewhere"'],
      ['their folder is about to be shared', 'MEDIA_ROOT = STATIC_ROOT'],
    ])('has none where %s', async (_, lines) => {
      settings(`from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n${lines}`);
      const ran = await collect();
      expect(must(probedOf(JSON.parse(ran.stdout.toString())))?.static).toMatchObject({ collected: false });
      expect([existsSync(join(tree, 'collected')), existsSync(`${tree}-elsewhere`)]).toEqual([false, false]);
    }, 300_000);

    test('has none where their folder is a link to what is shared', async () => {
      mkdirSync(join(base, 'shared/collected'), { recursive: true });
      symlinkSync(join(base, 'shared/collected'), join(tree, 'collected'));
      const ran = await collect();
      expect(must(probedOf(JSON.parse(ran.stdout.toString())))?.static).toMatchObject({ collected: false });
      expect(readdirSync(join(base, 'shared/collected'))).toEqual([]);
    }, 300_000);

    test('and they cannot be: says why', async () => {
      settings('STATICFILES_DIRS = ["/no/such/folder"]\nSTATICFILES_FINDERS = ["no.such.Finder"]');
      const ran = await collect();
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("No module named 'no'")]);
      expect(ran.stderr).toContain('collectstatic failed');
    }, 300_000);
  });

  test('is published with its static files', async () => {
    write(base, `trees/${staging}`, list(tree));
    const ran = await runProgram(shell, 'publish', publishing(base, { environment, collectstatic: true, shared: ['db.sqlite3', 'media/'] }), facts(release({ environment })));
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('1 static file copied')]);
    const at = join(base, 'releases/abc1234-ffff');
    expect(readFileSync(join(at, 'collected/site.css'), 'utf8')).toBe('body{}');
    expect(readlinkSync(join(at, 'db.sqlite3'))).toBe('../../shared/db.sqlite3');
    expect(execFileSync(join(at, '.venv/bin/python'), ['-c', 'print(1)'], { encoding: 'utf8' })).toBe('1\n');
  }, 300_000);
}, 'python3', 'tar'); // prettier-ignore
