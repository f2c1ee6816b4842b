import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fold, fromWord, readJournal, toWord } from './index.ts';

const values = [
  'ship',
  'Deploy to production',
  'C++ & C#: build, test',
  "it's (100 %) *done* ~ !",
  'Déployer 🚀',
  '$(reboot) `id` "x" \\ ',
  '+20',
  '%20',
  '',
];

describe('a value in the journal', () => {
  test.each(values)('%j is a word that hosts keep, and comes back', (value) => {
    expect(toWord(value)).toMatch(/^[A-Za-z0-9._:/@#+-]*$/);
    expect(fromWord(toWord(value))).toBe(value);
  });

  test('half a character is replaced, for it has no bytes', () => {
    expect(fromWord(toWord('a\ud800b'))).toBe('a\ufffdb');
  });

  test('which was not written as a word is given back as it is', () => {
    for (const raw of ['plain', 'c++', '50%', '+zz']) expect(fromWord(raw)).toBe(raw);
  });

  test.each(values)('%j goes through the host’s own note, and is read again', (value) => {
    const base = mkdtempSync(join(tmpdir(), 'lf-word-'));
    const text = (name: string): string => readFileSync(new URL(`../remote/${name}.sh`, import.meta.url), 'utf8');
    const program = `${text('common')}${text('transaction')}
target "$1"
mkdir -p "$lf"
load
number=1
note opened '' kind=deploy release=a previous= run=7 "$2" run_number=7`;
    try {
      const ran = spawnSync('sh', ['-s', base, `workflow=${toWord(value)}`], { input: program, encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      const written = readJournal(readFileSync(join(base, '.landfall', 'journal.jsonl'), 'utf8'));
      expect(fold(written)).toMatchObject({ damaged: 0, transactions: [{ workflow: value, run: '7', runNumber: 7 }] });
    } finally {
      rmSync(base, { recursive: true });
    }
  });
});
