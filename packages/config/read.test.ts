import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readConfig } from '#config';

const workspace = mkdtempSync(join(tmpdir(), 'landfall-config-'));
afterAll(() => {
  rmSync(workspace, { recursive: true });
});

test('the file is found by either name, may be absent, but not when it was named', () => {
  expect(readConfig(workspace)).toEqual({ ok: true, value: { file: 'landfall.yml' } });
  writeFileSync(join(workspace, 'landfall.yaml'), 'keep: 3\n');
  expect(readConfig(workspace)).toEqual({ ok: true, value: { file: 'landfall.yaml', text: 'keep: 3\n' } });
  expect(readConfig(workspace, 'ops/landfall.yml')).toMatchObject({
    ok: false,
    fault: { code: 'INPUT_INVALID', problems: [{ where: 'input config' }] },
  });
  expect(readConfig(workspace, '.')).toMatchObject({ ok: false, fault: { what: '. cannot be read (EISDIR)' } });
});
