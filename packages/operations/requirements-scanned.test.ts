import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ran, wanted } from '../../test/fakes/scan-found.ts';
import { readReports } from './reports.ts';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'landfall-requirements-'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

const unchecked = async (report: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  cpSync(join(import.meta.dirname, '../../test/corpora/safety', report), join(workspace, 'safety.txt'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, name), text);
  const audit = {
    command: 'safety check -r requirements.txt --json > safety.txt',
    tool: 'safety',
    report: 'safety.txt',
  };
  const { scans } = await readReports({
    workspace,
    test: wanted({ run: { audit } }),
    ran: [{ ...ran('audit'), outcome: 'passed', output: '' }],
    before: new Set<string>(),
    overtaken: new Set<string>(),
    folderOf: () => '.',
    today: '2026-11-30',
  });
  return scans.flatMap((one) => one.unchecked.map(({ by, what, file }) => `${by}: ${file}: ${what}`));
};

test('a requirement that safety has left out without a word is unchecked, also of a file that another includes', async () => {
  const files = {
    'requirements.txt': 'SQLparse==0.5.3\n-r more.txt\n-r requirements.txt\n',
    'more.txt': '\ndjango>=4\n',
  };
  expect(await unchecked('safety-2-partly.json', files)).toEqual([
    'safety: more.txt: safety.txt does not have django, which more.txt line 2 asks for',
  ]);
});

test('what safety has looked at is not asked for again, nor is anything of a report that names no packages', async () => {
  const files = { 'requirements.txt': 'django==4.2.1\nrequests==2.19.0\nsqlparse==0.5.3\n' };
  for (const report of ['safety-2.json', 'safety-3.txt', 'safety-1.json'])
    expect(await unchecked(report, files)).toEqual([]);
  expect(await unchecked('safety-3-unpinned.txt', { 'requirements.txt': 'django>=4\nsqlparse==0.5.3\n' })).toEqual([
    'safety: safety.txt: safety.txt has no version of django: what is not pinned is not checked',
  ]);
});
