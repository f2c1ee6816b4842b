import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Command } from '#command';
import { ran, wanted } from '../../test/fakes/scan-found.ts';
import { overtaking } from './report-files.ts';
import { readReports } from './reports.ts';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'landfall-overtaking-'));
  mkdirSync(join(workspace, 'reports'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

let writes = 0;
/** A report of one test, of another length each time: it is another file, whatever the clock says. */
const put = (...names: readonly string[]): void => {
  for (const name of names) {
    const test = `<testcase classname="t" name="${'x'.repeat((writes += 1))}"/>`;
    writeFileSync(join(workspace, 'reports', name), `<testsuite tests="1" failures="0">${test}</testsuite>`);
  }
};

type Asked = Parameters<typeof wanted>[0];

/** What is read, and what is missing, after these tries: each a function that writes, by the command's name. */
const left = async (asked: Asked, ...tries: readonly (readonly [string, () => void])[]) => {
  const test = wanted(asked);
  const names = Object.keys(test.run);
  const plain = names.map((name): Command => ({
    name,
    line: '',
    directory: workspace,
    env: {},
    timeout: 1,
    retries: 1,
  }));
  const { commands, overtaken } = overtaking(workspace, test, plain);
  for (const [name, write] of tries) {
    await commands.find((one) => one.name === name)?.trying?.();
    write();
  }
  const reports = await readReports({
    workspace,
    test,
    ran: names.map((name) => ({ ...ran(name), outcome: 'passed', output: '' })),
    before: new Set<string>(),
    overtaken,
    folderOf: () => '.',
    today: '2026-11-30',
  });
  return [reports.tests.map(({ file }) => file.replace('reports/', '')), reports.unchecked.map(({ what }) => what)];
};

const unit = { unit: { command: 'x' } };

test('what the last try wrote counts, under a new name or the same one, and what lay there before', async () => {
  put('prepared.xml');
  const both = [
    'unit',
    () => {
      put('same.xml', `${writes}.xml`);
    },
  ] as const;
  const [files] = await left({ junit: 'reports/*.xml', run: unit }, both, both);
  expect(files).toHaveLength(3);
  expect(files).toEqual(expect.arrayContaining(['prepared.xml', 'same.xml']));
});

test('a last try that writes nothing has left nothing, and that is said', async () => {
  expect(
    await left(
      { junit: 'reports/*.xml', run: unit },
      ['unit', () => { put('a.xml'); }], // prettier-ignore
      ['unit', () => undefined],
    ),
  ).toEqual([[], ['only a try that was followed by another has written reports/*.xml']]);
});

test('what another command may have written stays', async () => {
  const run = {
    a: { command: 'x', tool: 'junit', report: 'reports/*.xml' },
    b: { command: 'x', tool: 'junit', report: 'reports/b.xml' },
  };
  const [files, unchecked] = await left(
    { run },
    ['a', () => { put('a1.xml'); }], // prettier-ignore
    ['b', () => { put('b.xml'); }], // prettier-ignore
    ['a', () => { put('a2.xml'); }], // prettier-ignore
  );
  expect([files, unchecked]).toEqual([['a2.xml', 'b.xml', 'b.xml'], []]);
  // shared patterns are nobody's own
  rmSync(join(workspace, 'reports'), { recursive: true });
  mkdirSync(join(workspace, 'reports'));
  const [all] = await left(
    { junit: 'reports/*.xml', run: { a: { command: 'x' }, b: { command: 'x' } } },
    ['a', () => { put('a1.xml'); }], // prettier-ignore
    ['a', () => { put('a2.xml'); }], // prettier-ignore
  );
  expect(all).toEqual(['a1.xml', 'a2.xml']);
});
