/** docs/tests-and-scans.md: its sections of landfall.yml and its exceptions are ones that are taken, its table is what is read. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readIgnoreFile, resolveTest } from '#config';
import { exitCodes } from '#scan';
import { blocks } from './markdown.ts';

const text = readFileSync(new URL('../../docs/tests-and-scans.md', import.meta.url), 'utf8');
const none = { run: [], junit: [], sarif: [], coverage: [], forbid: [], 'allow-incomplete': [], 'coverage-min': undefined, 'changed-coverage-min': undefined, 'fail-on': undefined, 'allow-empty': undefined, 'compare-tests': undefined, 'ignore-file': undefined, base: undefined }; // prettier-ignore

test('each section `test` is taken', () => {
  const sections = blocks(text, 'yaml');
  expect(sections.length).toBe(2);
  for (const section of sections) {
    const { test: taken, problems } = resolveTest({ text: section, file: 'landfall.yml', inputs: none });
    expect(problems).toEqual([]);
    expect(Object.keys(taken?.run ?? {})).toContain('audit');
  }
});

test('the exceptions are taken', () => {
  const [file = ''] = blocks(text, 'text');
  const { exceptions, problems } = readIgnoreFile(file, '.landfall-ignore.yml');
  expect(problems).toEqual([]);
  expect(exceptions.map(({ rule }) => rule)).toEqual(['PYSEC-2023-87', 'B603']);
});

test('the table has each tool, with the exit codes that it is judged by', () => {
  const [, table = ''] = /<!-- tools:begin -->\n([^]*?)<!-- tools:end -->/.exec(text) ?? [];
  const rows = table.split('\n').flatMap((row) => {
    const [, tool, , clean, found] = /^\| `(\S+)` \| (.*?) \| (.*?) \| (.*?) \|$/.exec(row) ?? [];
    return tool === undefined || tool === 'tool' ? [] : [[tool, { clean, found }] as const];
  });
  const codes = Object.entries(exitCodes).map(([tool, { clean, findings }]) => [tool, { clean: clean.join(), found: findings.join() }]); // prettier-ignore
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(codes));
});

test('the gates are named as reports name them', () => {
  for (const name of [
    'tests',
    'compared tests',
    'coverage',
    'changed coverage',
    'forbidden words',
    'debugging code',
    'env files',
    'secrets',
    'pinned requirements',
    'version',
    'exceptions',
  ])
    expect(text).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
});
