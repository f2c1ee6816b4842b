import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eachShell, outputOf, runProgram } from '../../test/lab/program-run.ts';

const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

eachShell('evidence that is kept with a release', (shell) => {
  let root: string;
  let base: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'landfall-evidence-'));
    base = join(root, 'app-landfall');
    folder = join(base, 'releases/r1/.landfall');
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(base, '.landfall'));
    writeFileSync(join(base, '.landfall/transaction'), 'number=42\nphase=confirmed\nrelease=r1\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const keep = (text: string, number: number | undefined, over: { release?: string; sum?: string } = {}) =>
    runProgram(shell, 'keep-evidence', { base, number, release: 'r1', sum: sum(text), ...over }, text);
  const kept = async (release = 'r1'): Promise<string> =>
    (await outputOf(shell, 'evidence', { base, release })).toString();

  test('is what was written, byte by byte; none is nothing', async () => {
    expect(await kept()).toBe('');
    expect(await kept('r2')).toBe('');
    const text = '{"é": "\\u0000 \'$x\' "}\n\n';
    expect((await keep(text, undefined)).code).toBe(0);
    expect(await kept()).toBe(text);
    expect((await keep('grown', 42)).code).toBe(0);
    expect(await kept()).toBe('grown');
    expect(readdirSync(folder)).toEqual(['EVIDENCE.json']);
  });
  test('stays as it was where the new one came cut short, or its transaction was overtaken', async () => {
    await keep('first', undefined);
    const cut = await keep('sec', 42, { sum: sum('second') });
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('did not come whole') });
    const late = await keep('of a zombie', 41);
    expect(late).toMatchObject({ code: 79, stderr: expect.stringContaining('t41 was overtaken by t42') });
    expect(await kept()).toBe('first');
    expect(readdirSync(folder)).toEqual(['EVIDENCE.json']);
  });
  test('is kept with a release that is there only', async () => {
    expect((await keep('x', undefined, { release: 'r2' })).code).toBe(1);
    expect((await keep('x', undefined, { release: '../r1' })).code).toBe(64);
    expect(existsSync(join(base, 'releases/r2'))).toBe(false);
    expect(readFileSync(join(base, '.landfall/transaction'), 'utf8')).toContain('number=42');
  });
});
