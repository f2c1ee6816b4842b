import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingForScanners } from '../lab/scanners.ts';
import { needing } from '../lab/needs.ts';
import { failedGates } from './outcome.ts';
import { prepareSystem, type Place } from './place.ts';

jest.setTimeout(600_000);

needing('python3', 'make', 'openssl', ...missingForScanners()).describe('AI-IA', () => {
  let place: Place;
  beforeAll(async () => {
    place = await prepareSystem('aiia');
  });
  afterAll(() => place.end());

  test('checks, migrations, tests, static files, flake8 and black are green as it is', async () => {
    const { test: step, report } = await place.run();
    expect(failedGates(report)).toEqual([]);
    expect([step.exit, step.outputs['verdict'], step.outputs['tests']]).toEqual([0, 'passed', '3']);
  });

  test('a model without its migration, and a static file that is not there, are red', async () => {
    const models = readFileSync(join(place.source, 'lessons/models.py'), 'utf8');
    const { test: step, report } = await place.run({
      change: {
        'lessons/models.py': `${models}    level = models.IntegerField(default=0)\n`,
        'static/aiia.css': null,
      },
    });
    expect(step.exit).toBe(1);
    expect(failedGates(report)).toEqual(expect.arrayContaining(['command migrations']));
  });
});
