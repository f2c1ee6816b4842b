import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { built, tested } from '../../test/fakes/evidence.ts';
import { encode, largest, readDocument, writeDocument } from './index.ts';

const dir = mkdtempSync(join(tmpdir(), 'landfall-evidence-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const whole = built(tested('1'.repeat(40)));
const folder = (name: string): string => {
  mkdirSync(join(dir, name));
  return join(dir, name);
};
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};
const faultOf = (path: string): string => {
  const found = readDocument(path);
  return found.ok ? 'none' : `${found.fault.code} ${found.fault.what}`;
};

describe('a document in a file', () => {
  test('is read by its path, through a link, and as the only one in a folder', () => {
    const alone = folder('alone');
    const path = writeDocument(alone, whole);
    writeFileSync(join(alone, 'notes.txt'), '');
    symlinkSync(path, join(dir, 'link'));
    for (const at of [path, alone, join(dir, 'link')]) expect(readDocument(at)).toEqual({ ok: true, value: whole });
  });

  test('is missing where there is none, several, or something that is no file', () => {
    const several = folder('several');
    writeDocument(several, whole);
    writeDocument(several, tested('1'.repeat(40)));
    expect(faultOf(join(dir, 'nowhere.json'))).toMatch(/^EVIDENCE_MISSING there is no file /);
    expect(faultOf(several)).toMatch(/^EVIDENCE_MISSING the folder \S+ holds 2 files/);
    expect(faultOf(folder('empty'))).toMatch(/^EVIDENCE_MISSING the folder \S+ holds 0 files/);
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect(faultOf(join(dir, 'pipe'))).toMatch(/^EVIDENCE_MISSING \S+ is no file$/);
    symlinkSync('/dev/zero', join(dir, 'zero'));
    expect(faultOf(join(dir, 'zero'))).toMatch(/^EVIDENCE_MISSING \S+ is no file$/);
  });

  test('is refused where it is too long, or no JSON', () => {
    expect(faultOf(file('long.json', Buffer.alloc(largest * 8, ' ')))).toMatch(
      /EVIDENCE_DIFFERS .* at most \d+ are read$/,
    );
    expect(faultOf(file('text.json', 'passed'))).toMatch(/EVIDENCE_DIFFERS .* it is no JSON$/);
  });

  // what docs/evidence.md says of it: a chain shows that nothing was changed, not who has written it
  test('that somebody made anew, with digests that fit, is read like any other', () => {
    const commit = '1'.repeat(40);
    const red = tested(commit, { verdict: 'failed' });
    const forged = built(tested(commit));
    expect(forged.links[0]).toEqual(red.links[0]);
    expect(readDocument(file('forged.json', encode(forged)))).toEqual({ ok: true, value: forged });
  });
});
