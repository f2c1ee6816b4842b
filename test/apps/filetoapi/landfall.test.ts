import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { resolveTarget } from '#config';

test('its landfall.yml is one that Landfall takes: one service, which listens on no port', () => {
  const text = readFileSync(join(import.meta.dirname, 'source/landfall.yml'), 'utf8');
  const { target, problems } = resolveTarget({ text, file: 'landfall.yml', overrides: {} });
  expect(problems).toEqual([]);
  expect(target?.services.map(({ name, role, listen }) => [name, role, listen])).toEqual([
    ['filetoapi', 'web', undefined],
  ]);
});
