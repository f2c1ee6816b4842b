import { describe, expect, test } from '@jest/globals';
import { environmentHash, lockOf } from './index.ts';

const lock = (files: Readonly<Record<string, string>>, options: { requirements?: string; directory?: string } = {}) =>
  lockOf({ directory: '.', ...options, read: (path) => files[path] });
const host = { version: '3.11.2', platform: 'linux-x86_64', libc: 'glibc-2.36', pip: '23.0.1', uv: 'uv 0.13.9' };

describe('the lock of an environment', () => {
  test('is requirements.txt beside manage.py before that at the root, and what the key names before both', () => {
    const files = { 'requirements.txt': 'a==1', 'src/requirements.txt': 'b==1', 'deps/prod.txt': 'c==1' };
    expect(lock(files)).toMatchObject({
      ok: true,
      value: { installer: 'pip', file: 'requirements.txt', hashed: false },
    });
    expect(lock(files, { directory: 'src' })).toMatchObject({ value: { file: 'src/requirements.txt' } });
    expect(lock(files, { directory: 'other' })).toMatchObject({ value: { file: 'requirements.txt' } });
    expect(lock(files, { requirements: './deps/prod.txt' })).toMatchObject({
      value: { file: 'deps/prod.txt' },
    });
  });

  test('is none where nothing is required', () => {
    expect(lock({ 'manage.py': '' })).toEqual({ ok: true, value: undefined });
  });

  test('counts each file that is included, once, and nothing else', () => {
    const files = {
      'requirements.txt': '-r deps/base.txt\n-cdeps/constraints.txt # why\n--requirement=deps/more.txt\n',
      'deps/base.txt': 'django==5.2 \\\n  --hash=sha256:aa\n-r ../requirements.txt\n',
      'deps/constraints.txt': 'six<2',
      'deps/more.txt': '# -r missing.txt\n-i https://index.example/simple\n--find-links wheels',
      'other.txt': 'x',
    };
    const found = lock(files);
    expect(found).toMatchObject({
      value: { files: ['requirements.txt', 'deps/base.txt', 'deps/constraints.txt', 'deps/more.txt'], hashed: true },
    });
    const hash = (changed: object) =>
      (lock({ ...files, ...changed }) as { value: { lockHash: string } }).value.lockHash;
    expect(hash({ 'other.txt': 'y' })).toBe(hash({}));
    expect(hash({ 'deps/constraints.txt': 'six<3' })).not.toBe(hash({}));
  });

  test.each([
    ['-e .', 'editable'],
    ['--editable=git+ssh://git@example.org/x#egg=x', 'editable'],
    ['./vendor/thing', 'local'],
    ['../thing', 'local'],
    ['vendor/thing.whl', 'local'],
    ['thing-1.0-py3-none-any.whl', 'local'],
    ['thing @ file:///srv/thing', 'local'],
    ['file:///srv/thing', 'local'],
    ['/srv/thing', 'local'],
  ])('refuses %s with its line', (line, what) => {
    const found = lock({ 'requirements.txt': `django==5.2\n${line}\n` });
    expect(found).toMatchObject({
      ok: false,
      fault: { code: 'ENVIRONMENT_LOCK', problems: [{ where: 'requirements.txt', line: 2 }] },
    });
    expect(JSON.stringify(found)).toContain(what);
  });

  test.each([
    'django>=5,<6; python_version > "3.8"',
    'thing @ https://example.org/thing-1.0.tar.gz',
    'git+https://example.org/x.git@abc#egg=x',
    'https://example.org/a/b.whl',
    'celery[redis]==5.4',
    'a==1 --hash=sha256:00 --hash=sha256:11',
  ])('takes %s', (line) => {
    expect(lock({ 'requirements.txt': line }).ok).toBe(true);
  });

  test('names all that is missing', () => {
    expect(lock({}, { requirements: 'no.txt' })).toMatchObject({ fault: { problems: [{ where: 'no.txt' }] } });
    expect(lock({ 'requirements.txt': '-r a.txt\n\n-r b.txt' })).toMatchObject({
      fault: {
        problems: [
          { where: 'requirements.txt', line: 1 },
          { where: 'requirements.txt', line: 3 },
        ],
      },
    });
  });

  test.each([
    ['poetry.lock', 'poetry export'],
    ['Pipfile.lock', 'pipenv requirements'],
    ['pdm.lock', 'pdm export'],
  ])('%s alone is refused with the command that exports it', (file, command) => {
    const found = lock({ [file]: '' });
    expect(found).toMatchObject({ ok: false, fault: { code: 'ENVIRONMENT_LOCK' } });
    expect(found.ok ? '' : found.fault.next).toContain(command);
    expect(lock({ [file]: '', 'requirements.txt': 'a' }).ok).toBe(true);
  });
});

describe('an uv.lock', () => {
  const uv = {
    'uv.lock': [
      'version = 1',
      '[[package]]',
      'name = "django"',
      'source = { registry = "https://index.example/simple" }',
      '[[package]]',
      'name = "notes"',
      'source = { editable = "." }',
      '[[package]]',
      'name = "docs"',
      'source = { virtual = "docs" }',
    ].join('\n'),
    'pyproject.toml': '[project]',
  };

  test('comes before requirements.txt beside it, and after what lies nearer or is named', () => {
    const files = { ...uv, 'requirements.txt': 'a==1', 'src/requirements.txt': 'b==1' };
    expect(lock(files)).toMatchObject({ ok: true, value: { installer: 'uv', file: 'uv.lock', hashed: true } });
    expect(lock(files, { directory: 'src' })).toMatchObject({ value: { file: 'src/requirements.txt' } });
    expect(lock(files, { requirements: 'requirements.txt' })).toMatchObject({ value: { installer: 'pip' } });
    const beneath = { 'server/uv.lock': uv['uv.lock'], 'server/pyproject.toml': '' };
    expect(lock(beneath, { requirements: 'server/uv.lock' })).toMatchObject({ value: { file: 'server/uv.lock' } });
    expect(lock(beneath, { directory: 'server' })).toMatchObject({
      value: { installer: 'uv', file: 'server/uv.lock' },
    });
  });

  test('counts with its pyproject.toml and uv.toml, where uv is set', () => {
    const hash = (changed: object) => (lock({ ...uv, ...changed }) as { value: { lockHash: string } }).value.lockHash;
    expect(hash({})).toBe(hash({ 'other.toml': 'y' }));
    for (const name of ['uv.lock', 'pyproject.toml', 'uv.toml']) expect(hash({ [name]: '# other' })).not.toBe(hash({}));
  });

  test('is refused without its pyproject.toml', () => {
    expect(lock({ 'uv.lock': uv['uv.lock'] })).toMatchObject({
      fault: { code: 'ENVIRONMENT_LOCK', problems: [{ where: 'pyproject.toml' }] },
    });
  });

  test.each(['{ editable = "libs/x" }', '{ directory = "../x" }', '{ path = "x.whl" }', '{ registry = "wheels" }'])(
    'that takes a package from %s is refused with its line',
    (source) => {
      const found = lock({ ...uv, 'uv.lock': `${uv['uv.lock']}\nsource = ${source}` });
      expect(found).toMatchObject({ fault: { code: 'ENVIRONMENT_LOCK', problems: [{ where: 'uv.lock', line: 11 }] } });
    },
  );
});

test('an environment is named after its lock, each fact of the host, and what installs it there', () => {
  const of = (lockHash: string, over: object = {}, installer: 'pip' | 'uv' = 'pip', index?: string) =>
    environmentHash({ lockHash, installer }, { ...host, ...over }, index);
  const name = of('a');
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  expect(of('a')).toBe(name);
  for (const key of ['version', 'platform', 'libc', 'pip']) expect(of('a', { [key]: 'other' })).not.toBe(name);
  expect(of('a', { uv: 'other' })).toBe(name);
  expect(of('b')).not.toBe(name);
  expect(of('a', {}, 'uv')).not.toBe(name);
  expect(of('a', { uv: 'other' }, 'uv')).not.toBe(of('a', {}, 'uv'));
  expect(of('a', { pip: 'other' }, 'uv')).toBe(of('a', {}, 'uv'));
});

test('an environment is named after the index that its packages come from, and not after who is let in there', () => {
  const of = (index?: string) => environmentHash({ lockHash: 'a', installer: 'pip' }, host, index);
  const one = of('https://aws:token-of-today@one.example/simple/');
  expect(one).toBe(of('https://aws:token-of-tomorrow@one.example/simple/'));
  expect(one).toBe(of('https://one.example/simple/'));
  expect(one).not.toBe(of());
  expect(one).not.toBe(of('https://aws:token-of-today@two.example/simple/'));
  expect(one).not.toBe(of('https://aws:token-of-today@one.example/other/'));
});
