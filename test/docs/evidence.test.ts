/** docs/evidence.md is taken at its word: its commands tell a document that is whole from one that is not. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import { encode, grow } from '#evidence';
import type { Evidence, Link } from '#plan';
import { at, built, run, tested } from '../fakes/evidence.ts';
import { needing } from '../lab/needs.ts';
import { reading } from './sections.ts';

const guide = reading('evidence');
const [which = '', form = '', digests = ''] = guide.of('Checking it by hand', 'sh');
const dir = mkdtempSync(join(tmpdir(), 'landfall-docs-evidence-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const commit = 'c'.repeat(40);
// numbers and letters that programs may write in several ways
const whole = grow(
  grow(built(tested(commit)), {
    at,
    run: { ...run, actor: 'Ümit "the / \\ ☂"' },
    kind: 'smoke',
    release: 'r',
    passed: 3,
    failed: 0,
  }),
  {
    ...(tested(commit).links[1] as Extract<Link, { kind: 'tests' }>),
    coverage: 200 / 3,
  },
);

const said = (commands: string, text: string): string => {
  writeFileSync(join(dir, 'EVIDENCE.json'), text);
  return execFileSync('sh', ['-c', `${commands}\n:`], {
    cwd: dir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
};
const pairs = (evidence: Evidence): readonly (readonly string[])[] =>
  said(digests, encode(evidence))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
const matches = (evidence: Evidence): readonly boolean[] => pairs(evidence).map(([one, two]) => one === two);

const { test } = needing('jq', 'sha256sum', 'cmp', 'seq');

test('the commit and the verdicts', () => {
  expect(said(which, encode(whole)).split('\n')).toEqual([commit, 'passed', 'passed', '']);
});

test('the bytes are those that are written', () => {
  expect(said(form, encode(whole))).toBe('');
  expect(said(form, JSON.stringify(whole))).not.toBe('');
  expect(said(form, encode(whole).replace('"findings": 0,', '"findings": 9,\n      "findings": 0,'))).not.toBe('');
});

test('each link is named by the next one, and the last by the document; a change shows where it is', () => {
  expect(matches(whole)).toEqual(whole.links.map(() => true));
  expect(pairs(whole).at(-1)).toEqual([whole.head, whole.head]);
  const links = whole.links.map((link, index) => (index === 1 ? { ...link, findings: 1 } : link)) as readonly Link[];
  expect(matches({ ...whole, links })).toEqual(whole.links.map((_, index) => index !== 1));
  expect(matches({ ...whole, links: whole.links.slice(0, -1) })).toEqual([true, true, true, true, false]);
});

test('every block was run', () => {
  guide.of('Handing it on', 'yaml');
  guide.end();
});
