import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { must } from '#fault';
import { probeBody } from '#remote';
import { needing } from '../../test/lab/needs.ts';
import { eachShell, outputOf, runProgram } from '../../test/lab/program-run.ts';
import { folder, remove, write } from '../../test/lab/repository.ts';
import { packed, probedOf } from './index.ts';
import { compiled, translationFiles } from './translations.ts';

describe('translations', () => {
  test('are looked for below the folder of manage.py, where Django’s command looks', () => {
    const paths = [
      'locale/it/LC_MESSAGES/django.po',
      'src/locale/it/LC_MESSAGES/django.po',
      'src/shop/locale/pt_BR/LC_MESSAGES/djangojs.po',
      'src/locale/it/LC_MESSAGES/django.mo',
      'src/locale/README.po',
      'src/mylocale/it/LC_MESSAGES/django.po',
      'srcs/locale/it/LC_MESSAGES/django.po',
    ];
    const entries = paths.map((path) => ({ path }));
    expect(translationFiles(entries, 'src')).toEqual(paths.slice(1, 3));
    expect(translationFiles(entries, '.')).toEqual([...paths.slice(0, 3), paths[6]]);
  });

  test('are compiled where there are any and Django uses them', () => {
    const facts = { used: true, inside: ['locale', 'shop/locale'], outside: [] };
    expect(compiled(facts)).toMatchObject({ value: { compilemessages: true, notes: [{ kind: 'detected' }] } });
    expect(compiled({ ...facts, used: false })).toMatchObject({
      value: { compilemessages: false, notes: [{ text: expect.stringContaining('USE_I18N is off') }] },
    });
    expect(compiled({ used: true, inside: [], outside: [] })).toEqual({
      ok: true,
      value: { compilemessages: false, notes: [] },
    });
  });

  test('that lie where the running release sees them are refused', () => {
    expect(compiled({ used: true, inside: ['a'], outside: ['locale', '/srv/texts'] })).toMatchObject({
      fault: { code: 'APPLICATION_FAILED', what: expect.stringMatching(/^translations in locale, \/srv\/texts lie/) },
    });
  });
});

const po = (text: string): string =>
  `msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Welcome"\nmsgstr "${text}"\n`;
const django = 'locale/it/LC_MESSAGES/django';
const staging = 'abc1234-ffff.d1';
const id = 'abc1234-ffff';
const env = 'SECRET_KEY=s\n';
const place = { directory: '.', venv: '.venv', python: 'python3' };

const settings = `
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = os.environ["SECRET_KEY"]
USE_I18N = not os.environ.get("NO_I18N")
INSTALLED_APPS = ["shop"]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "texts"]
`;
const manage = `import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`;
const says = `import os, sys
sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
import django
django.setup()
from django.utils import translation
with translation.override("it"):
    print(translation.gettext("Welcome"))
`;

const python = mkdtempSync(join(tmpdir(), 'landfall-django-'));
needing('python3', 'msgfmt', 'git').describe('in a real application', () => {
  jest.setTimeout(600_000);
  beforeAll(() => {
    execFileSync('python3', ['-m', 'venv', python]);
    execFileSync(join(python, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', 'django==5.2.*']); // prettier-ignore
  }, 600_000);
  afterAll(() => {
    rmSync(python, { recursive: true, force: true });
  });

  eachShell(
    'translations',
    (shell) => {
      let base: string;
      const bases: string[] = [];
      beforeEach(() => {
        base = folder('base');
        bases.push(base);
        mkdirSync(join(base, 'envs'));
        symlinkSync(python, join(base, 'envs/aaaa'));
        write(base, 'envs/aaaa/.complete', '');
      });
      afterAll(() => {
        bases.forEach(remove);
      });

      /** What receive leaves of an application: these files, all with the time of the upload. */
      const staged = (files: Readonly<Record<string, string>>): void => {
        const tree = join(base, 'staging', staging);
        const all = { 'manage.py': manage, 'settings.py': settings, 'shop/__init__.py': '', ...files };
        for (const [path, content] of Object.entries(all)) write(tree, path, content);
        const list = 'find . -type f | LC_ALL=C sort | tr "\\n" "\\0" | xargs -0 sha256sum -z | sed -z s/^/f/';
        write(base, `trees/${staging}`, execFileSync('sh', ['-c', `cd "$1" && ${list}`, 'sh', tree]));
      };
      const arranged = (more: { env?: string; shared?: readonly string[] } = {}) => {
        write(base, 'shared/.env', more.env ?? env);
        const sha256 = execFileSync('sha256sum', [join(base, 'shared/.env')], { encoding: 'utf8' }).slice(0, 64);
        return outputOf(shell, 'arrange', { base, staging, environment: 'aaaa', venv: '.venv', env: { from: 'shared', sha256 }, shared: more.shared ?? [] }); // prettier-ignore
      };
      const asked = async () =>
        must(probedOf(await outputOf(shell, 'probe', { base, staging, ...place, collect: true }, probeBody)))
          ?.translations;
      const publish = () =>
        runProgram(
          shell,
          'publish',
          { base, staging, id, hash: 'h', ...place, environment: 'aaaa', compilemessages: true, collectstatic: false, run: '7/1', shared: [] }, // prettier-ignore
          packed(new Map([['RELEASE.json', '{}\n'], ['.landfall/release', 'id=x\n']]), new Date()), // prettier-ignore
        );
      const shown = (): string =>
        execFileSync(join(python, 'bin/python'), ['-c', says], {
          cwd: join(base, 'releases', id),
          env: { SECRET_KEY: 's', PYTHONDONTWRITEBYTECODE: '1' },
          encoding: 'utf8',
        }).trim();

      test('are compiled though a committed .mo looks newer, and what was compiled is no base for uploads', async () => {
        staged({ [`${django}.po`]: po('Benvenuto'), [`${django}.mo`]: 'stale', 'shop/locale/it/LC_MESSAGES/django.po': po('-'), 'texts/it/LC_MESSAGES/django.po': po('-') }); // prettier-ignore
        const tree = join(base, 'staging', staging);
        // the .po was taken from the base, the .mo has travelled again
        execFileSync('touch', ['-d', '@1700000000', join(tree, `${django}.po`)]);
        await arranged();
        expect(await asked()).toEqual({ used: true, inside: ['locale', 'shop/locale', 'texts'], outside: [] });
        const { code, stdout, stderr } = await publish();
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(stdout.toString()).toContain('changed=1\n');
        expect(shown()).toBe('Benvenuto');
        expect(readFileSync(join(base, 'trees', id), 'latin1')).toContain(`./${django}.po\0`);
        expect(readFileSync(join(base, 'trees', id), 'latin1')).not.toContain('.mo\0');
      });

      test('of which one is broken make no release; its line is named', async () => {
        staged({ [`${django}.po`]: `${po('Ciao')}\nmsgid "Bye\n` });
        await arranged();
        const { code, stderr } = await publish();
        expect(code).toBe(1);
        expect(stderr).toMatch(/django\.po:8: /);
        expect(stderr.trimEnd().split('\n').at(-1)).toBe(
          'compilemessages failed: mend each .po file at the line that it names',
        );
        expect(existsSync(join(base, 'releases', id))).toBe(false);
      });

      test('that are shared are found to lie outside; without USE_I18N they are not used', async () => {
        staged({ [`${django}.po`]: po('Ciao') });
        await arranged({ shared: ['locale/'], env: `${env}NO_I18N=1\n` });
        expect(await asked()).toEqual({ used: false, inside: [], outside: ['locale'] });
      });
    },
    'msgfmt',
    'tar',
  );
});
