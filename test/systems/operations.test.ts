import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { missingForScanners } from '../lab/scanners.ts';
import { needing } from '../lab/needs.ts';
import { failedGates, findings } from './outcome.ts';
import { prepareSystem, type Place } from './place.ts';

jest.setTimeout(600_000);

const tools = ['flake8', 'black', 'pytest', 'django', 'bandit', 'pip-audit'];

needing('python3', 'openssl', ...missingForScanners()).describe('O1', () => {
  let place: Place;
  beforeAll(async () => {
    place = await prepareSystem('operations');
  });
  afterAll(() => place.end());

  test('a pull request: six tools side by side, one verdict', async () => {
    const { test: step, report } = await place.run({ pull: true });
    expect(failedGates(report)).toEqual([]);
    expect([step.exit, step.outputs['verdict']]).toEqual([0, 'passed']);
    expect(report.scan?.commands.map(({ name }) => name)).toEqual(tools);
    // no two of them take as long as all
    const times = (report.scan?.commands ?? []).map(({ ms }) => ms);
    const together = report.timeline.find(({ id }) => id === 'run')?.ms ?? 0;
    expect(together).toBeLessThan(times.reduce((sum, ms) => sum + ms, 0));
  });

  test('what several of them find is one verdict', async () => {
    const change = {
      'orders/total.py': 'import os\ndef total(lines):\n    return eval("1")\n',
      'requirements.txt': 'Django==5.2.19\nsqlparse==0.4.3\n',
    };
    const { test: step, report } = await place.run({ pull: true, change });
    expect([step.exit, step.outputs['verdict']]).toEqual([1, 'failed']);
    const named = failedGates(report);
    expect(named).toEqual(expect.arrayContaining(['flake8', 'black', 'bandit', 'pip-audit', 'tests']));
    expect(findings(report)).toEqual(
      expect.arrayContaining(['orders/total.py:1 F401', 'orders/total.py:3 B307', 'requirements.txt:2 PYSEC-2023-87']),
    );
  });
});
