import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { resolveTarget } from '#config';
import { makeRepository } from './repository.ts';

const temp = mkdtempSync(join(tmpdir(), 'landfall-spine-'));
afterAll(() => {
  rmSync(temp, { recursive: true, force: true });
});

test('the example application becomes a git repository of its own', () => {
  const repository = makeRepository(join(temp, 'notes'), { change: { 'landfall.yml': 'path: /srv/x\n' } });
  const first = repository.head();
  const second = repository.commit(
    'Say so',
    { 'static/spine.css': 'body {}\n', 'run me.sh': 'true\n', 'notes/models.py': null },
    ['run me.sh'],
  );
  expect(second).toMatch(/^[0-9a-f]{40}$/);
  const files = execFileSync('git', ['-C', repository.dir, 'ls-files', '-z', '--stage']).toString();
  expect(files).toMatch(/100755 \w+ 0\tmanage\.py/);
  expect(files).toMatch(/100755 \w+ 0\trun me\.sh/);
  expect(files).not.toContain('models.py');
  repository.checkout(first);
  expect(statSync(join(repository.dir, 'notes/models.py')).isFile()).toBe(true);
  expect(readFileSync(join(repository.dir, 'landfall.yml'), 'utf8')).toBe('path: /srv/x\n');
  expect(execFileSync('git', ['-C', repository.dir, 'log', '--format=%an', 'main']).toString()).toBe('Grace\nGrace\n');
});

test('its landfall.yml is one that Landfall takes', () => {
  const text = readFileSync(join(import.meta.dirname, 'source/landfall.yml'), 'utf8');
  const { target, problems } = resolveTarget({ text, file: 'landfall.yml', overrides: {} });
  expect(problems).toEqual([]);
  expect(target?.path).toBe('/srv/notes');
});
