import { describe, expect, test } from '@jest/globals';
import type { Application, Database, Ingredients, Release, Shared } from './index.ts';
import {
  baseOf, consequences, declaredShared, decodeRelease, difference, dropList, encodeRelease, envHash, hashOf, leavesOf, listOf,
  probedOf, prunable, recordFiles, releaseHash, releaseId, schemaOf, shareable, sharedArguments,
} from './index.ts'; // prettier-ignore

const database = (over: Partial<Database> = {}): Database => ({
  alias: 'default', engine: 'django.db.backends.postgresql', vendor: 'postgresql', name: 'app', path: null, inside: null, error: null,
  pending: [], unknown: [], conflicts: {}, leaves: [], recorded: true, fresh: false, ...over,
}); // prettier-ignore
const application = (over: Partial<Application> = {}): Application => ({
  django: '5.2', python: '3.12', settings: 's', wsgi: 'w', debug: false, databases: [database()], error: null, translations: { used: true, inside: [], outside: [] },
  static: { app: true, root: '/b/staging/x/static', inside: 'static', url: '/static/', collected: false }, media: { root: null, inside: null }, ...over,
}); // prettier-ignore

describe('the list of a release', () => {
  const entry = (path: string, hash = 'a', type: 'f' | 'x' | 'l' = 'f') => ({
    path,
    type,
    hash: hash.repeat(64),
    bytes: 1,
  });
  test('is sorted by bytes, not by UTF-16', () => {
    const list = listOf([entry('\u{1F389}'), entry('\uFF5E'), entry('b'), entry('B')]).toString('utf8');
    expect(list.split('\0').map((line) => line.slice(67))).toEqual(['./B', './b', './\uFF5E', './\u{1F389}', '']);
    expect(hashOf(Buffer.from(''))).toMatch(/^e3b0c442/);
  });
  test('tells what travels and what is not taken over', () => {
    const printed = `f${'a'.repeat(12)}  ./same\0f${'b'.repeat(12)}  ./changed\0f${'a'.repeat(12)}  ./mode\0f${'a'.repeat(12)}  ./go\nne\0junk\0`;
    const base = baseOf(Buffer.from(printed));
    expect(base.size).toBe(4);
    const { send, drop } = difference([entry('same'), entry('changed'), entry('mode', 'a', 'x'), entry('new')], base);
    expect(send.map(({ path }) => path)).toEqual(['changed', 'mode', 'new']);
    expect(drop).toEqual(['changed', 'go\nne', 'mode']);
    expect(dropList(drop).toString()).toBe('./changed\0./go\nne\0./mode\0');
    expect(dropList([]).toString()).toBe('\0');
  });
});

describe('what follows from what Django says', () => {
  test('a SQLite file and MEDIA_ROOT in the release are shared, unless they are already', () => {
    const found = application({
      databases: [database({ vendor: 'sqlite', inside: 'data/db.sqlite3' })],
      media: { root: '/x', inside: 'media' },
    });
    const free = consequences(found, []);
    expect(free).toMatchObject({
      ok: true,
      value: {
        compilemessages: false,
        collectstatic: true,
        shared: [
          { path: 'data/db.sqlite3', kind: 'file' },
          { path: 'media', kind: 'folder' },
        ],
      },
    });
    expect(free.ok ? free.value.notes.map(({ kind }) => kind) : []).toEqual(['detected', 'detected']);
    const declared: readonly Shared[] = [
      { path: 'data', kind: 'folder' },
      { path: 'media', kind: 'folder' },
    ];
    expect(consequences(found, declared)).toEqual({
      ok: true,
      value: { compilemessages: false, collectstatic: true, shared: declared, notes: [] },
    });
  });
  test('what the probe has collected is not collected again', () => {
    const found = application();
    expect(consequences({ ...found, static: { ...found.static, collected: true } }, [])).toMatchObject({
      value: { collectstatic: false },
    });
  });
  test('STATIC_ROOT elsewhere, or shared, is refused with the line to change', () => {
    const outside = consequences(
      application({ static: { app: true, root: '/srv/app/static', inside: null, url: '/s/', collected: false } }),
      [],
    );
    expect(outside).toMatchObject({
      ok: false,
      fault: {
        code: 'APPLICATION_FAILED',
        next: expect.stringContaining('STATIC_ROOT = BASE_DIR') as unknown as string,
      },
    });
    expect(consequences(application(), [{ path: 'static', kind: 'folder' }])).toMatchObject({
      ok: false,
      fault: { next: expect.stringContaining('Take static out') as unknown as string },
    });
  });
  test.each([
    [{ app: false, root: '/x', inside: null, url: null, collected: false }],
    [{ app: true, root: null, inside: null, url: '/s/', collected: false }],
  ])('%j: nothing is collected', (statics) => {
    expect(consequences(application({ static: statics }), [])).toMatchObject({
      ok: true,
      value: { collectstatic: false },
    });
  });
  test('the schema is current, fresh, or lacks migrations', () => {
    const state = (...databases: Database[]) => {
      const found = schemaOf({ databases });
      return found.ok ? found.value : found.fault.code;
    };
    expect(state(database())).toEqual({ state: 'current' });
    expect(state(database({ pending: ['a.1'] }))).toEqual({ state: 'pending', pending: ['a.1'] });
    expect(state(database({ pending: ['a.1'], fresh: true, recorded: false }))).toEqual({
      state: 'fresh',
      pending: ['a.1'],
    });
    expect(state(database(), database({ alias: 'logs', pending: ['b.1'] }))).toEqual({
      state: 'pending',
      pending: ['logs: b.1'],
    });
    expect(state(database(), database({ alias: 'logs', pending: ['b.1'], fresh: true, recorded: false }))).toEqual({
      state: 'current',
    });
    expect(state(database({ error: ['no'] }))).toBe('APPLICATION_FAILED');
    expect(state(database({ conflicts: { a: ['1', '2'] } }))).toBe('APPLICATION_FAILED');
    expect(state(database({ vendor: 'unknown', error: ['no'] }))).toEqual({ state: 'none' });
    expect(leavesOf({ databases: [database({ leaves: ['b.2', 'a.1'] }), database({ leaves: ['a.1'] })] })).toEqual([
      'a.1',
      'b.2',
    ]);
  });
  test('what the probe prints is read, or refused', () => {
    expect(probedOf(application())).toEqual({ ok: true, value: application() });
    expect(probedOf({ django: null })).toEqual({ ok: true, value: undefined });
    expect(probedOf({ django: null, error: ['why'] })).toMatchObject({
      fault: { code: 'APPLICATION_FAILED', said: ['why'] },
    });
    expect(probedOf({ else: 1 })).toMatchObject({ fault: { code: 'INTERNAL' } });
  });
});

test('shared paths get their kind from the commit, or from their name', () => {
  const declared = declaredShared(
    ['media/', 'db.sqlite3', 'conf.d', '.env', 'Makefile', './logs'],
    [{ path: 'conf.d/x' }, { path: 'Makefile' }],
  );
  expect(declared).toEqual([
    { path: 'media', kind: 'folder' },
    { path: 'db.sqlite3', kind: 'file' },
    { path: 'conf.d', kind: 'folder' },
    { path: 'Makefile', kind: 'file' },
    { path: 'logs', kind: 'folder' },
  ]);
  expect(shareable([...declared, { path: 'media/x', kind: 'folder' }, { path: 'media', kind: 'file' }])).toEqual(
    declared,
  );
  expect(sharedArguments(declared).slice(0, 2)).toEqual(['media/', 'db.sqlite3']);
});

describe('the identity of a release', () => {
  const service = { name: 'web', command: ['g'], role: 'web', drain: 1, boot: 1 } as const;
  const of: Ingredients = {
    commit: 'abcdef0123',
    listHash: 'l',
    env: 'e',
    environment: 'n',
    venv: '.venv',
    directory: '.',
    services: [service],
    shared: ['media'],
  };
  test('changes with each ingredient and not with the order of keys', () => {
    const hash = releaseHash(of);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(releaseHash(Object.fromEntries(Object.entries(of).reverse()) as Ingredients)).toBe(hash);
    for (const [key, value] of Object.entries({
      commit: 'x',
      listHash: 'x',
      env: undefined,
      environment: undefined,
      venv: 'v',
      directory: 'd',
      services: [],
      hooks: { 'after-switch': { command: ['x'], timeout: 1 } },
      shared: [],
    })) {
      expect([key, releaseHash({ ...of, [key]: value }) === hash]).toEqual([key, false]);
    }
  });
  test('is the commit and four digits, or eight where these are taken', () => {
    const hash = `1234${'5'.repeat(60)}`;
    expect(releaseId('abcdef0123', hash, [])).toBe('abcdef0-1234');
    expect(releaseId('abcdef0123', hash, [{ id: 'abcdef0-1234', hash }])).toBe('abcdef0-1234');
    expect(releaseId('abcdef0123', hash, [{ id: 'abcdef0-1234', hash: 'other' }])).toBe('abcdef0-12345555');
  });
  test('knows variables by a hash that is neither theirs nor random', () => {
    expect(envHash('a')).toBe(envHash('a'));
    expect(envHash('a')).not.toBe(envHash('b'));
    expect(envHash('a')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('RELEASE.json', () => {
  const release: Release = {
    v: 1, id: 'abcdef0-1234', hash: 'f'.repeat(64), commit: 'a'.repeat(40), run: { repository: 'o/r', id: '1', attempt: 1, url: 'u' },
    actor: 'a', env: { names: ['A'], hash: 'h' }, environment: 'e', python: { version: '3', platform: 'p', libc: 'l', pip: '1' }, venv: '.venv',
    directory: 'src', services: [{ name: 'web', command: ['g', 'x y'], role: 'web', drain: 30_000, boot: 500, unit: ['Nice=1'] }], hooks: { 'after-switch': { command: ['a b', 'c'], timeout: 1500 } }, shared: ['media/'],
    url: 'https://example.org', checks: [], leaves: ['a.1', 'b.2'], createdAt: '2026-03-01T12:00:00Z',
  }; // prettier-ignore
  test('is read as it was written, with keys that came later', () => {
    expect(decodeRelease(encodeRelease(release))).toEqual({ ok: true, value: release });
    expect(decodeRelease(JSON.stringify({ ...release, later: 1 }))).toMatchObject({ value: { later: 1 } });
    // one that was prepared when there were no hooks
    expect(decodeRelease(JSON.stringify({ ...release, hooks: undefined }))).toMatchObject({ value: { hooks: {} } });
  });
  test('is refused when it is damaged or newer', () => {
    expect(decodeRelease('{')).toMatchObject({ fault: { code: 'RELEASE_UNKNOWN' } });
    expect(decodeRelease(JSON.stringify({ ...release, id: '../x' }))).toMatchObject({
      fault: { code: 'RELEASE_UNKNOWN' },
    });
    expect(decodeRelease(JSON.stringify({ v: 2 }))).toMatchObject({ fault: { code: 'STATE_NEWER' } });
  });
  test('has facts beside it that sh reads', () => {
    const files = recordFiles(release);
    expect(files.get('.landfall/release')).toBe(
      `id=abcdef0-1234\nhash=${'f'.repeat(64)}\ncommit=${'a'.repeat(40)}\nenvironment=e\nvenv=.venv\ndirectory=src\nleaves=a.1 b.2\n`,
    );
    expect(files.get('.landfall/services/web')).toBe(
      'role=web\ndrain=30\nboot=1\nlisten=\nunit=Nice=1\nword=g\nword=x y\n',
    );
    expect(files.get('.landfall/hooks/after-switch')).toBe('timeout=2\nword=a b\nword=c\n');
    expect(recordFiles({ ...release, environment: null }).get('.landfall/release')).toContain('\nvenv=\n');
  });
});

describe('what may be deleted', () => {
  const day = 24 * 3600;
  const shelf = (over: object) => ({
    releases: ['r5', 'r4', 'r3', 'r2', 'r1'].map((id, at) => ({ id, environment: `e${id}`, age: at * day })),
    confirmed: ['r5', 'r4', 'r3', 'r2', 'r1'], opened: [], needed: [], environments: ['er5', 'er1', 'stray'], keep: 3, ...over,
  }); // prettier-ignore
  test('all but the latest confirmed, and their environments', () => {
    expect(prunable(shelf({}))).toEqual({ releases: ['r2', 'r1'], environments: ['er1', 'stray'] });
  });
  test('never what is needed, however old', () => {
    expect(prunable(shelf({ needed: ['r1'] }))).toEqual({ releases: ['r2'], environments: ['stray'] });
  });
  test('what was prepared and never opened only after 7 days, what was opened and undone at once', () => {
    const releases = [
      { id: 'new', environment: 'a', age: 6.9 * day },
      { id: 'old', environment: 'b', age: 7.1 * day },
      { id: 'undone', environment: 'c', age: 60 },
    ];
    expect(prunable(shelf({ releases, confirmed: [], opened: ['undone'], environments: ['a', 'b', 'c'] }))).toEqual({
      releases: ['old', 'undone'],
      environments: ['b', 'c'],
    });
  });
  test('confirmed ones that are gone do not count as kept', () => {
    expect(prunable(shelf({ confirmed: ['gone', 'r5', 'r4', 'r3', 'r2', 'r1'] })).releases).toEqual(['r2', 'r1']);
  });
});
