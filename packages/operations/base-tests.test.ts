import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import type { Cache, Changes, ChangeEvent, Gate, ScanReport } from '#plan';
import { tests as results, wanted } from '../../test/fakes/scan-found.ts';
import { commitAll, folder, git, remove, repository } from '../../test/lab/repository.ts';
import { baseTests, isBase, keepTests } from './base-tests.ts';
import type { Suite } from './base-tests.ts';

const made: string[] = [];
const fresh = <T extends string>(path: T): T => {
  made.push(path);
  return path;
};
afterEach(() => {
  for (const one of made.splice(0)) remove(one);
});

/** A cache of one file a key, which finds and refuses as the service does. */
const cacheIn = (root: string): Cache & { readonly keys: string[] } => {
  const keys: string[] = [];
  return {
    keys,
    restore: ([file = ''], key, prefixes) => {
      const found = keys.includes(key)
        ? key
        : prefixes.map((prefix) => keys.findLast((one) => one.startsWith(prefix))).find((one) => one !== undefined);
      mkdirSync(dirname(file), { recursive: true });
      if (found !== undefined) copyFileSync(join(root, found), file);
      return Promise.resolve({ ok: true, value: found });
    },
    keep: ([file = ''], key) => {
      if (existsSync(join(root, key))) return Promise.resolve({ ok: false, final: true, why: 'it is there' });
      copyFileSync(file, join(root, key));
      keys.push(key);
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
};

const suite: Suite = { name: undefined, matrix: 'null', config: undefined, directory: undefined, run: [] };
type Where = { readonly suite?: Partial<Suite>; readonly job?: string; readonly step?: string; readonly workflow?: string; readonly event?: string; readonly change?: ChangeEvent; readonly sha?: string }; // prettier-ignore

/** A repository on main, and its cache. */
const project = () => {
  const root = fresh(repository({ 'a.txt': 'a' }));
  const store = fresh(folder('store'));
  const cache = cacheIn(store);
  const given = ({ job = 'test', step = 's', workflow = 'w', event = 'push', change, sha }: Where) => ({
    cache,
    workspace: root,
    temp: fresh(folder('temp')),
    context: { workflow, job, step, event, sha: sha ?? git(root, 'rev-parse', 'HEAD'), change: change ?? { defaultBranch: 'main', branch: 'main' } }, // prettier-ignore
  });
  const asked = wanted({ junit: 'junit.xml' });
  const found = (ids: readonly string[]) => [results({}, { tests: ids.map((id) => ({ id, skipped: false })) })];
  return {
    root,
    store,
    cache,
    /** Keeps a list of the commit in the checkout; the notes' texts. */
    keep: async (ids: readonly string[], where: Where = {}): Promise<readonly string[]> => {
      const tested = git(root, 'rev-parse', 'HEAD');
      const notes = await keepTests(asked, { ...suite, ...where.suite }, found(ids), tested, given(where));
      return notes.map(({ text }) => text);
    },
    /** The tests that this commit is compared with, or why it is not. */
    compare: async (base: string | undefined, where: Where = {}): Promise<string> => {
      const changes: Changes = base === undefined ? { known: false, why: 'cut' } : { known: true, base: { name: 'main', commit: base }, files: new Map() }; // prettier-ignore
      const answer = await baseTests(asked, { ...suite, ...where.suite }, changes, given(where));
      if (answer === undefined) return 'no list';
      return answer.known ? answer.tests.map(({ id }) => id).join() : answer.why;
    },
  };
};

test('a list is that of one suite: of a workflow, job, step, shard, configuration, folder and lines of the step', async () => {
  const { keep, compare } = project();
  await keep(['unit']);
  expect(await compare(undefined)).toBe('unit');
  const others: Where[] = [
    { workflow: 'nightly' },
    { job: 'browser' },
    { step: 's2' },
    { suite: { matrix: '{"shard":2}' } },
    { suite: { config: 'web/landfall.yml' } },
    { suite: { directory: 'web' } },
    { suite: { run: ['browser: npx playwright test'] } },
    { suite: { name: 'browser' } },
  ];
  for (const [at, other] of others.entries()) {
    expect(await compare(undefined, other)).toBe('no list');
    expect(await keep([`other${at}`], other)).toEqual([]);
  }
  for (const [at, other] of others.entries()) expect(await compare(undefined, other)).toBe(`other${at}`);
  expect(await compare(undefined)).toBe('unit');
});

test('a name joins what is in different workflows; shards stay apart', async () => {
  const { keep, compare } = project();
  const named = { name: 'unit', matrix: '{"shard":1}' };
  await keep(['a'], { suite: named });
  expect(await compare(undefined, { workflow: 'pull', job: 'x', suite: { ...named, directory: 'web' } })).toBe('a');
  expect(await compare(undefined, { suite: { ...named, matrix: '{"shard":2}' } })).toBe('no list');
});

test('jobs that nothing tells apart are not compared, whichever came first, until the next commit', async () => {
  const { root, keep, compare, cache } = project();
  expect(await keep(['unit'])).toEqual([]);
  expect(await keep(['unit'])).toEqual([]);
  expect(cache.keys).toHaveLength(1);
  const note = expect.stringMatching(
    /^Of this commit others keep another list of tests under the same name.*`suite`\.$/,
  );
  expect(await keep(['browser'])).toEqual([note]);
  expect(await keep(['third'])).toEqual([note]);
  expect(cache.keys).toHaveLength(2);
  const shared = git(root, 'rev-parse', 'HEAD');
  const why = `different lists were kept of ${shared.slice(0, 7)}; where several jobs have different tests, give each a name by the input \`suite\``;
  expect(await compare(shared)).toBe(why);
  commitAll(root);
  expect(await compare(undefined)).toBe(why);
  // of another base there is none: the newest is that of the commit before, and is shared
  expect(await compare('0'.repeat(40))).toBe(why);
  await keep(['unit', 'new']);
  expect(await compare(undefined)).toBe(why);
  commitAll(root);
  expect(await compare(undefined)).toBe('new,unit');
});

test('two that keep at the same moment are not compared either: the second cannot see what the first has', async () => {
  const { keep, compare, cache } = project();
  const { restore } = cache;
  await keep(['unit']);
  Object.assign(cache, { restore: () => Promise.resolve({ ok: true, value: undefined }) });
  expect(await keep(['browser'])).toHaveLength(1);
  // nor where the service takes nothing at all: then nobody is told
  Object.assign(cache, { keep: () => Promise.resolve({ ok: false, final: true, why: 'it may only read' }) });
  expect(await keep(['browser'])).toEqual([]);
  Object.assign(cache, { restore });
  expect(await compare(undefined)).toMatch(/^different lists/);
});

test('a service that fails once is no other list', async () => {
  const { keep, compare, cache } = project();
  const { keep: take, restore } = cache;
  let refused = 0;
  Object.assign(cache, {
    keep: (...given: Parameters<Cache['keep']>) =>
      (refused += 1) === 1 ? Promise.resolve({ ok: false, final: true, why: '503' }) : take(...given),
  });
  expect(await keep(['unit'])).toEqual([]);
  expect(await compare(undefined)).toBe('unit');
  Object.assign(cache, { restore: () => Promise.resolve({ ok: false, final: false, why: 'silent' }) });
  expect(await keep(['unit'])).toEqual(['The list of tests was not kept for later runs: silent.']);
  Object.assign(cache, { restore });
  expect(await compare(undefined)).toBe('unit');
});

test('the list of the very base is taken, not the newest: main has gone on', async () => {
  const { root, keep, compare } = project();
  await keep(['old']);
  const base = git(root, 'rev-parse', 'HEAD');
  git(root, 'checkout', '-q', '-b', 'feature');
  commitAll(root);
  git(root, 'checkout', '-q', 'main');
  const newer = commitAll(root);
  await keep(['old', 'new in v2']);
  git(root, 'checkout', '-q', 'feature');
  expect(await compare(base)).toBe('old');
  // by what it was made on, where the checkout does not say more
  expect(await compare(undefined)).toBe('old');
  // a pull request that was brought up to main
  git(root, 'merge', '-q', '--no-ff', '-m', 'x', 'main');
  expect(await compare(newer)).toBe('new in v2,old');
});

test('without a list of the base the newest counts only where this commit has come from it', async () => {
  const { root, keep, compare } = project();
  await keep(['old']);
  const first = git(root, 'rev-parse', 'HEAD');
  const second = commitAll(root); // it was red, or is not through
  commitAll(root);
  expect(await compare(second)).toBe('old');
  git(root, 'checkout', '-q', '-b', 'maintenance', second);
  commitAll(root);
  git(root, 'checkout', '-q', 'main');
  const newest = commitAll(root);
  await keep(['old', 'new in v2']);
  git(root, 'checkout', '-q', 'maintenance');
  expect(await compare(second)).toBe(
    `the newest list of tests is that of ${newest.slice(0, 7)}, which this commit has not come from`,
  );
  expect(await compare(first)).toBe('old');
});

test('a shallow checkout compares with what it was made on, and otherwise says what it lacks', async () => {
  const { root, keep, compare, cache, store } = project();
  await keep(['old']);
  const first = git(root, 'rev-parse', 'HEAD');
  commitAll(root);
  const clone = (name: string): string => {
    const to = join(store, name);
    git(store, 'clone', '-q', '--depth', '1', `file://${root}`, to);
    return to;
  };
  const shallow = (workspace: string) =>
    baseTests(wanted({ junit: 'junit.xml' }), suite, { known: false, why: 'cut' }, {
      cache,
      workspace,
      temp: fresh(folder('temp')),
      context: { workflow: 'w', job: 'test', step: 's', sha: 'x', change: { defaultBranch: 'main' } },
    }); // prettier-ignore
  expect(await shallow(clone('one'))).toMatchObject({ known: true, commit: first });
  commitAll(root);
  expect(await shallow(clone('two'))).toEqual({
    known: false,
    why: `the newest list of tests is that of ${first.slice(0, 7)}, and the checkout does not say whether this commit has come from it; give actions/checkout \`fetch-depth: 0\``,
  });
  expect(await compare(undefined)).toBe('old');
});

test('a list of an older format, or none of ours, is not known', async () => {
  const { store, keep, compare, cache } = project();
  await keep(['a']);
  const [key = ''] = cache.keys;
  expect(readFileSync(join(store, key)).length).toBeGreaterThan(0);
  for (const text of ['{"v":1,"tests":[{"id":"gone","skipped":false}]}', '{}']) {
    writeFileSync(join(store, key), gzipSync(text));
    expect(await compare(undefined)).toBe('no list');
  }
});

test('only a run of the base branch itself keeps a list, and only of the commit that it is of', async () => {
  const { keep, cache } = project();
  const pull = { base: 'main', baseCommit: '0'.repeat(40), head: '1'.repeat(40) };
  await keep(['a'], { event: 'pull_request', change: { defaultBranch: 'main', pull } });
  await keep(['a'], { event: 'merge_group' });
  await keep(['a'], { change: { defaultBranch: 'main', branch: 'feature' } });
  await keep(['a'], { change: { defaultBranch: 'main', tag: 'v1' } });
  await keep(['a'], { sha: '0'.repeat(40) });
  expect(cache.keys).toEqual([]);
  await keep(['a']);
  expect(cache.keys).toEqual([expect.stringMatching(/^landfall-tests-[0-9a-f]{32}-[0-9a-f]{40}$/)]);
});

test('a run keeps its list where it is green, or lacks nothing but a list that is required', () => {
  const gate = (name: string, outcome: Gate['outcome'], allowed?: true): Gate => ({ name, outcome, wanted: '', found: '', ...(allowed && { allowed }) }); // prettier-ignore
  const report = (verdict: ScanReport['verdict'], ...gates: Gate[]): ScanReport => ({ verdict, gates, commands: [], tests: { total: 1, passed: 1, failed: 0, skipped: 0 }, failures: [], findings: [], excepted: 0, unchecked: [] }); // prettier-ignore
  const compared = gate('compared tests', 'incomplete');
  expect(isBase(report('passed', gate('tests', 'passed')))).toBe(true);
  expect(isBase(report('incomplete', gate('tests', 'passed'), gate('safety', 'incomplete', true), compared))).toBe(
    true,
  );
  expect(isBase(report('incomplete', gate('tests', 'incomplete'), compared))).toBe(false);
  const torn = (by: string): ScanReport => ({
    ...report('incomplete', compared),
    unchecked: [{ by, what: 'cut off' }],
  });
  expect(isBase(torn('safety'))).toBe(true);
  expect(isBase(torn('tests'))).toBe(false);
  // allowed by name: of half a list the others would not be missed
  expect(isBase({ ...torn('tests'), verdict: 'passed' })).toBe(false);
  expect(isBase(report('failed', gate('compared tests', 'failed')))).toBe(false);
});
