import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundled } from './bundled.ts';
import { keptBundle } from '../../scripts/kept-bundle.ts';
import { type StepEnd, startStep, workflowRun } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');
const fixture = join(import.meta.dirname, 'fixture');
const temp = mkdtempSync(join(tmpdir(), 'landfall-bundle-'));
// the bundler looks above it for what it needs
const own = join(fixture, '.cache', `own-${process.pid}`);
afterAll(() => {
  for (const folder of [temp, own]) rmSync(folder, { recursive: true, force: true });
});

const build = (from: string, to: string) =>
  execFileSync(process.execPath, ['scripts/build.ts', '--root', from, '--out', join(temp, to)], { cwd: root });
const step = (of: string, dist: string, action: string, more: Partial<Parameters<typeof startStep>[0]> = {}) =>
  startStep({ action, root: of, dist: resolve(temp, dist), run: workflowRun(), workspace: temp, temp, ...more }).ended;

describe('a bundle', () => {
  beforeAll(() => void build(fixture, 'one'));

  test('starts each action by an entry of its own', async () => {
    const end = await step(fixture, 'one', 'plain', { inputs: { greeting: 'hello' } });
    expect(end).toMatchObject({ exit: 0, outputs: { said: 'hello' }, log: [] });
    const failed = await step(fixture, 'one', 'plain');
    expect(failed).toMatchObject({ exit: 1, annotations: [{ level: 'error', message: 'greeting is missing' }] });
    const post = await step(fixture, 'one', 'plain', { part: 'post', state: { name: 'ada' } });
    expect(post.log).toEqual(['post of ada']);
  });

  test('carries SSH and the texts of programs in a chunk', async () => {
    expect(await step(fixture, 'one', 'remote')).toMatchObject({ exit: 0, log: ['function 5 lines'] });
    expect(readFileSync(join(temp, 'one/bundle/index.js'), 'utf8').length).toBeLessThan(50_000);
  });

  test('holds no binary, and the same bytes when it is built again', () => {
    expect(globSync('**/*.{exe,node}', { cwd: join(temp, 'one') })).toEqual([]);
    build(fixture, 'two');
    execFileSync('diff', ['-r', join(temp, 'one'), join(temp, 'two')]);
  });
});

test('a bundle is built once for as long as its sources are the same', async () => {
  rmSync(own, { recursive: true, force: true });
  const main = join(own, 'actions/tiny/main.ts');
  mkdirSync(dirname(main), { recursive: true });
  writeFileSync(main, "console.log('first');\n");
  const kept = (): readonly string[] => readdirSync(join(own, '.cache/bundles'));
  const said = async (): Promise<string> => {
    await keptBundle(own, join(temp, 'kept'));
    return execFileSync(process.execPath, [join(temp, 'kept/tiny/main.js')], { encoding: 'utf8' });
  };
  expect(await said()).toBe('first\n');
  const [first = ''] = kept();
  writeFileSync(join(own, '.cache/bundles', first, 'tiny/main.js'), "console.log('kept');\n");
  writeFileSync(main.replace('.ts', '.test.ts'), '');
  expect([await said(), kept()]).toEqual(['kept\n', [first]]);
  writeFileSync(main, "console.log('second');\n");
  expect([await said(), kept().length, kept().includes(first)]).toEqual(['second\n', 1, false]);
  // it would empty the sources
  for (const out of [own, dirname(own)]) await expect(keptBundle(own, out)).rejects.toThrow('holds the sources');
});

const actions = globSync('*/main.ts', { cwd: join(root, 'actions') }).map((file) => file.slice(0, -'/main.ts'.length));

describe('the bundle of our actions', () => {
  let ours: string;
  beforeAll(async () => {
    ours = await bundled();
  });

  test.each(actions)('%s fails well without any input', async (action) => {
    const end: StepEnd = await step(root, ours, action);
    expect(end.exit).toBe(1);
    expect(end.annotations.map(({ level }) => level)).toContain('error');
    expect(end.raw.filter((line) => /^\s+at /.test(line))).toEqual([]);
  });

  test('has every program that runs on a host', () => {
    const texts = (cwd: string) => globSync('*.{sh,py}', { cwd }).map((file) => readFileSync(join(cwd, file), 'utf8'));
    const carried = new Set(texts(join(ours, 'bundle'))); // under other names
    const programs = ['remote', 'setup'].flatMap((room) => texts(join(root, 'packages', room)));
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.filter((text) => !carried.has(text))).toEqual([]);
  });
});
