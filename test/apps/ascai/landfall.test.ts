import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { filesOf } from '#check';
import { resolveTarget } from '#config';

test('its landfall.yml is one that Landfall takes, and each service gets the role it has', () => {
  const source = join(import.meta.dirname, 'source');
  const text = readFileSync(join(source, 'landfall.yml'), 'utf8');
  const { target, problems } = resolveTarget({ text, file: 'landfall.yml', overrides: {}, files: filesOf(source) });
  expect(problems).toEqual([]);
  expect(target?.services.map(({ name, role }) => [name, role])).toEqual([
    ['ascai_gunicorn', 'web'],
    ['ascai_daphne', 'websocket'],
    ['ascai_celery', 'worker'],
    ['ascai_celery_beat', 'scheduler'],
  ]);
});
