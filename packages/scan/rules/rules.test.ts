import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding, TrackedFile } from '#plan';
import { changes, wanted } from '../../../test/fakes/scan-found.ts';
import { scanSources } from '../index.ts';
import { envFile } from './env-files.ts';
import { unpinned } from './pinned.ts';
import { secretsIn } from './secrets.ts';
import { versionRaised } from './version.ts';

const random = (length: number): string => 'Ab3dEf6hIj9lMn2pQr5tUv8xYz1'.repeat(20).slice(0, length);
/** Keeps apart what together would have the form of a secret. */
const as = (text: string): string => text;
const brief = ({ file, line, rule, subject, message }: Finding): string =>
  `${file}:${line} ${rule} ${subject === undefined ? message : subject}`;
async function* filesOf(files: Readonly<Record<string, string | undefined>>): AsyncGenerator<TrackedFile> {
  for (const [path, text] of Object.entries(files))
    yield await Promise.resolve(
      text === undefined ? { path, kind: 'large', bytes: 2_000_000 } : { path, kind: 'text', bytes: text.length, text },
    );
}

describe('secrets', () => {
  // put together here, so that no file of this repository holds their form
  const pem = (kind: string, body: string): string => `-----BEGIN ${kind}PRIVATE KEY-----\n${body}\n-----END`;
  test.each([
    ['private key', pem('', random(64))],
    ['private key', pem('RSA ', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n${random(64)}`)],
    ['private key', pem('OPENSSH ', random(70))],
    ['private key', `key = "${pem('EC ', random(64)).replaceAll('\n', '\\n')}"`],
    ['AWS access key', `id = AKIA${as('ABCDEFGH234567AB')}`],
    ['GitHub token', `gh${as('p_')}${random(36)}`],
    ['GitHub token', `github${as('_pat_')}${random(22)}_${random(59)}`],
    ['GitLab token', `glpat${as('-')}${random(20)}`],
    ['Slack token', `xox${as('b-')}1234567890-1234567890-${random(24)}`],
    ['Slack webhook', `https://hooks.${as('slack')}.com/services/T00000000/B00000000/${random(24)}`],
    ['Stripe live key', `sk_${as('live')}_${random(24)}`],
    ['Google API key', `AI${as('za')}${random(35)}`],
    ['npm token', `//x/:_authToken=npm${as('_')}${random(36)}`],
    ['PyPI token', `password = pypi${as('-AgEIcHlwaS5vcmc')}${random(60)}`],
    ['Django SECRET_KEY', `SECRET_KEY = '${'x1!-b('.repeat(9).slice(0, 50)}'`],
    ['Django SECRET_KEY', `KEY = os.environ.get("DJANGO_SECRET_KEY", "${'x1!-b('.repeat(9).slice(0, 50)}")`],
    ['Django SECRET_KEY', `env('SECRET_KEY', default='${'x1!-b('.repeat(9).slice(0, 50)}')`],
    ['GitHub token', `gh${as('s_')}${random(60)}`],
  ])('a %s is found, and not shown', (kind, text) => {
    const found = secretsIn('settings.py', `first\r\n${text}\nlast\n`);
    expect(found).toMatchObject([
      { rule: 'secret', severity: 'critical', file: 'settings.py', line: 2, subject: kind },
    ]);
    const secret = /[A-Za-z0-9]{16,}|x1!.*/.exec(text.replaceAll(/-----[A-Z ]+-----/g, ''))?.[0] ?? '';
    expect(JSON.stringify(found)).not.toContain(secret.slice(0, 12));
  });

  test.each([
    ['AKIAIOSFODNN7EXAMPLE'],
    [`xAKIA${as('ABCDEFGH234567AB')}`],
    [`sk_${as('test')}_${random(24)}`],
    [`ghp${as('_')}short`],
    ['-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----'],
    ['-----BEGIN PUBLIC KEY-----\n' + random(64)],
    [`SECRET_KEY = 'django-insecure-${'x1!-b('.repeat(9).slice(0, 50)}'`],
    [`SECRET_KEY = os.environ["SECRET_KEY"]`],
    ['npm_config_registry=https://example.org/xxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  ])('%j is none', (text) => {
    expect(secretsIn('settings.py', text)).toEqual([]);
  });

  test('no text takes long', () => {
    const hostile = ['-----BEGIN PRIVATE KEY-----', ' ', '\n', 'Version: ', 'A', 'xoxb-1', 'SECRET_KEY', '=', 'gh'];
    const began = process.cpuUsage();
    for (const piece of hostile) secretsIn('a.py', piece.repeat(Math.floor(1_000_000 / piece.length)));
    // of its own time: others want the processor, too
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(20_000);
  });
});

test('env files are known by their names', () => {
  const names = [
    '.env',
    '.env.production',
    'app/.env.local',
    'prod.env',
    '.env.example',
    '.env.sample',
    'x/.env.template',
    '.env.dist',
    'env.example',
    'example.env',
    '.envrc',
    'environment.py',
    '.env/x',
    '.env-prod',
    'deploy/.ENV',
    '.env.bak',
    '.env~',
    '.env.j2',
    '.env.production.tpl',
    '.env.vault',
    '.env.Example',
  ];
  expect(names.filter((name) => envFile(name).length > 0)).toEqual([
    '.env',
    '.env.production',
    'app/.env.local',
    'prod.env',
    '.env-prod',
    'deploy/.ENV',
    '.env.bak',
    '.env~',
  ]);
});

describe('requirements', () => {
  const of = (files: Readonly<Record<string, string>>, ...patterns: string[]) => {
    const { findings, unchecked } = unpinned(
      patterns.length === 0 ? ['r.txt'] : patterns,
      Object.keys(files),
      (path) => files[path],
    );
    return [
      ...findings.map(({ file, line, message }) => `${file}:${line} ${message}`),
      ...unchecked.map(({ what }) => `? ${what}`),
    ];
  };
  const id = 'a'.repeat(40);
  test.each([
    'django==4.2.1',
    'Django == 4.2.1',
    'django===4.2.1',
    'django[argon2,bcrypt]==4.2.1',
    'django (==4.2.1)',
    "django==4.2.1 ; python_version < '3.9'",
    'django==4.2.1,!=4.2.2',
    `django==4.2.1 --hash=sha256:${'0'.repeat(64)}`,
    `django==4.2.1 \\\n    --hash=sha256:${'0'.repeat(64)} \\\n    --hash=sha256:${'1'.repeat(64)}`,
    'django==4.2.1 # the newest',
    `django @ https://example.org/d.whl#sha256=${'0'.repeat(64)}`,
    `django @ git+https://example.org/d.git@${id}`,
    `-e git+https://example.org/d.git@${id}#egg=d`,
    './wheels/d-1.0-py3-none-any.whl',
    'd @ file:wheels/d-1.0.tar.gz',
    '# django',
    '--index-url https://example.org/simple\n-f wheels\n--pre',
    '\ufeffdjango==4.2.1\r\n',
  ])('%j is pinned', (text) => {
    expect(of({ 'r.txt': text })).toEqual([]);
  });

  test.each([
    ['django', 'django names no version'],
    ['Django_Rest.framework', 'django-rest-framework names no version'],
    ['django>=4.2', 'django allows >=4.2'],
    ['django~=4.2.1', 'django allows ~=4.2.1'],
    ['django==4.2.*', 'django allows ==4.2.*'],
    ["django ; python_version < '3.9'", 'django names no version'],
    ['-e .', '. is a folder: what it needs itself is not pinned'],
    ['--editable=./lib', './lib is a folder: what it needs itself is not pinned'],
    ['git+https://u:p@example.org/d.git@main', 'git+https://…@example.org/d.git@main names no commit by its whole id'],
    ['d @ https://example.org/d.whl', 'd names a file without its hash'],
    ['https://example.org/d-1.0.whl', 'https://example.org/d-1.0.whl names a file without its hash'],
  ])('%j is not', (text, message) => {
    expect(of({ 'r.txt': `\n${text}\n` })).toEqual([`r.txt:2 ${message}`]);
  });

  test('what is included counts, once; and a constraint pins', () => {
    const files = {
      'r/prod.txt': '-r base.txt\n-c ../c.txt\ngunicorn\nflask\n',
      'r/base.txt': '--requirement=prod.txt\n\ndjango>=4\n',
      'c.txt': 'gunicorn==1.0\nnothing>=1\n',
    };
    expect(of(files, 'r/*.txt')).toEqual(['r/base.txt:3 django allows >=4', 'r/prod.txt:4 flask names no version']);
  });

  test('what cannot be read is unchecked', () => {
    const files = { 'r.txt': '-r gone.txt\n-r https://u:p@example.org/r.txt\n???\ndjango=4\n' };
    expect(of(files, 'r.txt', 'other/*.txt')).toEqual([
      '? no tracked file fits other/*.txt',
      '? r.txt includes gone.txt is not among the tracked text files',
      '? r.txt line 2 includes https://…@example.org/r.txt, which is not in the repository',
      '? r.txt line 3 cannot be read',
      '? r.txt line 4 cannot be read',
    ]);
  });

  test('no line breaks it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(of({ 'r.txt': text }))));
  });
});

describe('the version', () => {
  const of = (file: string, now: string | undefined, before: string | undefined): string => {
    const { findings, unchecked } = versionRaised(file, now, before, 'main');
    return [
      ...findings.map(({ line, message }) => `${line}: ${message}`),
      ...unchecked.map(({ what }) => `? ${what}`),
    ].join();
  };
  test.each([
    ['VERSION', '1.10.0\n', '1.9.0\n', ''],
    ['VERSION', '1.9.0', '1.9.0', '1: the version is still 1.9.0, as in main'],
    ['VERSION', '1.9', '1.10', '1: the version 1.9 is not higher than 1.10, that of main'],
    ['VERSION', '1.0', '1.0rc1', ''],
    ['VERSION', '1.0.post1', '1.0', ''],
    ['VERSION', '1.0.0', '1.0', '1: the version 1.0.0 is not higher than 1.0, that of main'],
    ['VERSION', 'two words', '1.0', '? VERSION: it names no version'],
    ['VERSION', 'x.y', '1.0', '? VERSION: x.y is no version'],
    ['VERSION', '1.0', 'x.y', '? VERSION of main: x.y is no version'],
    ['VERSION', '1.0', undefined, ''],
    ['VERSION', undefined, '1.0', '? VERSION is not among the tracked text files'],
    ['pyproject.toml', '[project]\nname = "x"\nversion = "2.0"\n', '[project]\nversion = "1.0"', ''],
    [
      'pyproject.toml',
      '[tool.poetry]\n\nversion = "1.0"',
      '[tool.poetry]\nversion = "1.0"',
      '3: the version is still 1.0, as in main',
    ],
    [
      'pyproject.toml',
      '[project]\ndynamic = ["version"]',
      '',
      '? pyproject.toml: its version is `dynamic`: name the file that holds it',
    ],
    ['pyproject.toml', '[project', '', '? pyproject.toml: it cannot be read'],
    ['app/package.json', '{"version":"1.0.0"}', '{"version":"1.0.0-rc.1"}', ''],
    [
      'app/package.json',
      '{"version":"1.0.0+b"}',
      '{"version":"1.0.0+a"}',
      '1: the version 1.0.0+b is not higher than 1.0.0+a, that of main',
    ],
    ['app/package.json', '{"version":"1.0"}', '{"version":"0.9.0"}', '? app/package.json: 1.0 is no version'],
    ['app/package.json', 'null', '{}', '? app/package.json: it names no version'],
    ['app/__init__.py', 'import x\n__version__: str = "1.1"\n', "__version__ = '1.0'", ''],
    ['app/__init__.py', 'version = "1.1"', '', '? app/__init__.py: it names no version'],
  ])('%s: %j after %j', (file, now, before, expected) => {
    expect(of(file, now, before)).toBe(expected);
  });
});

describe('the rules on sources', () => {
  const scanned = async (section: object, files: Readonly<Record<string, string | undefined>>, over: object = {}) => {
    const none = changes({});
    const found = await scanSources(wanted({ ...section }), {
      files: filesOf(files),
      changes: none,
      atBase: () => Promise.resolve(undefined),
      apart: ['landfall.yml'],
      ...over,
    });
    return { ...found, findings: found.findings.map(brief) };
  };
  const files = {
    'a.py': 'x = 1  # TODO this\nTODOS = []\nbreakpoint()\n# todo FIXME, TODO TODO\nself.breakpoint()\n',
    'b.js': 'console.log(1)\nmy.console.log(2)\ndebugger\ndebuggers;\n',
    'c.html': '{% debug %}\n<p>debugger</p>\n',
    'd.md': 'nicht TODOs, aber ÄTODO und TODOÄ\n',
    'landfall.yml': 'forbid: [TODO]\n',
    'uv.lock': 'TODO\n',
  };
  const forbid = { words: ['TODO', 'FIXME'], debug: true };

  test('in all lines: whole words, and what each language has for debugging', async () => {
    expect(await scanned({ forbid: { ...forbid, in: 'all' } }, files)).toEqual({
      looked: ['forbidden words', 'debugging code'],
      findings: [
        'a.py:1 forbidden-word TODO',
        'a.py:4 forbidden-word FIXME',
        'a.py:4 forbidden-word TODO',
        'a.py:3 debug-code breakpoint(',
        'b.js:1 debug-code console.log(',
        'b.js:3 debug-code debugger',
        'c.html:1 debug-code {% debug %}',
      ],
      unchecked: [],
      notes: [],
    });
  });

  test('in changed lines, and in some files only', async () => {
    const changed = {
      changes: changes({
        'a.py': [[2, 3]],
        'b.js': [
          [1, 1],
          [4, 9],
        ],
        'd.md': [[1, 1]],
      }),
    };
    const { findings } = await scanned({ forbid }, files, changed);
    expect(findings).toEqual(['a.py:3 debug-code breakpoint(', 'b.js:1 debug-code console.log(']);
    const some = await scanned({ forbid: { ...forbid, files: ['*.py'] } }, files, changed);
    expect(some.findings).toEqual(['a.py:3 debug-code breakpoint(']);
  });

  test('words with signs at their ends are found as they are', async () => {
    const text = { 'a.txt': 'XXX: a\nC++ is\nC+ no\n@todo\na.b*c\n' };
    const { findings } = await scanned({ forbid: { words: ['XXX:', 'C++', '@todo', 'a.b*c'], in: 'all' } }, text);
    expect(findings.map((one) => one.replace(/^a.txt:/, ''))).toEqual([
      '1 forbidden-word XXX:',
      '2 forbidden-word C++',
      '4 forbidden-word @todo',
      '5 forbidden-word a.b*c',
    ]);
  });

  test('where the change is not known, what is about it is not checked', async () => {
    const unknown = { changes: { known: false, why: 'shallow' } };
    const found = await scanned({ forbid, version: { file: 'VERSION' } }, { ...files, VERSION: '1' }, unknown);
    expect(found.findings).toEqual([]);
    expect(found.unchecked).toEqual([
      { by: 'forbidden words', what: 'the change is not known: shallow' },
      { by: 'debugging code', what: 'the change is not known: shallow' },
      { by: 'version', what: 'there is nothing to compare with: shallow', file: 'VERSION' },
    ]);
  });

  test('env files, secrets, pins and the version are each looked for, in one pass', async () => {
    const token = `gh${as('p_')}${random(36)}`;
    const tree = {
      '.env': 'A=1',
      'x.py': `\nT = '${token}'`,
      'r.txt': '-r more\n',
      more: 'django\n',
      VERSION: '1.0',
      big: undefined,
      'uv.lock': token,
    };
    const asked: string[] = [];
    const found = await scanned({ secrets: true, pinned: ['r.txt'], version: { file: 'VERSION' } }, tree, {
      atBase: (commit: string, path: string) => (asked.push(`${commit.slice(0, 1)} ${path}`), Promise.resolve('1.0')),
    });
    expect(found).toEqual({
      looked: ['env files', 'secrets', 'pinned requirements', 'version'],
      findings: [
        '.env:undefined env-file the env file .env is tracked',
        'x.py:2 secret GitHub token',
        'more:1 unpinned django',
        'VERSION:1 version-not-raised 1.0',
      ],
      unchecked: [{ by: 'secrets', what: 'big is too large to be searched', file: 'big' }],
      notes: [],
    });
    expect(asked).toEqual(['a VERSION']);
  });

  test('what nobody asked for is not looked at', async () => {
    const poisoned = { files: { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('read')) }) } };
    expect(await scanned({}, files, poisoned)).toEqual({ looked: [], findings: [], unchecked: [], notes: [] });
  });
});
