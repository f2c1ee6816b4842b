import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { filesOf } from '#check';
import { resolveTarget } from '#config';

test('its landfall.yml is one that Landfall takes, which knows what each service is for', () => {
  const source = join(import.meta.dirname, 'source');
  const text = readFileSync(join(source, 'landfall.yml'), 'utf8');
  const { target, problems } = resolveTarget({ text, file: 'landfall.yml', overrides: {}, files: filesOf(source) });
  expect(problems).toEqual([]);
  expect(target?.services.map(({ name, role }) => [name, role])).toEqual([
    ['django', 'web'],
    ['daphne', 'websocket'],
    ['celery-worker', 'worker'],
    ['celery-beat', 'scheduler'],
  ]);
});
