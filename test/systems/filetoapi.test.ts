import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vulnerable } from '../fakes/vulnerabilities.ts';
import { missingForScanners } from '../lab/scanners.ts';
import { needing } from '../lab/needs.ts';
import { failedGates, findings } from './outcome.ts';
import { prepareSystem, type Asked, type Place } from './place.ts';

jest.setTimeout(600_000);

needing('python3', 'openssl', ...missingForScanners()).describe('F1', () => {
  let place: Place;
  beforeAll(async () => {
    place = await prepareSystem('filetoapi');
  });
  afterAll(() => place.end());

  const read = (file: string): string => readFileSync(join(place.source, file), 'utf8');
  const requiring = (line: string): string => read('requirements.txt').replace(/^sqlparse==.*$/m, line);

  const refused = async (asked: Asked, gates: readonly string[], where: readonly string[]): Promise<void> => {
    const { test: step, report, deploy, connections } = await place.run(asked);
    expect(failedGates(report)).toEqual(gates);
    expect(findings(report)).toEqual(where);
    expect([step.exit, step.outputs['verdict'], deploy, connections]).toEqual([1, 'failed', undefined, 0]);
  };

  test('what is pinned, clean and for production is green, and is deployed', async () => {
    const { test: step, report, deploy, connections } = await place.run();
    expect(failedGates(report)).toEqual([]);
    expect([step.exit, step.outputs['verdict'], step.outputs['tests']]).toEqual([0, 'passed', '5']);
    expect(deploy?.exit).toBe(1);
    expect(connections).toBeGreaterThan(0);
  });

  test('a requirement that is not pinned is refused', () =>
    refused({ change: { 'requirements.txt': requiring('sqlparse>=0.6') } }, ['pinned requirements', 'pip-audit'], ['requirements.txt:6 unpinned'])); // prettier-ignore

  test('a vulnerable requirement is refused', () => {
    const text = requiring(`${vulnerable.name}==${vulnerable.version}`);
    return refused({ change: { 'requirements.txt': text } }, ['pip-audit'], [`requirements.txt:6 ${vulnerable.id}`]);
  });

  test('a tracked .env is refused', () =>
    refused({ change: { '.env': 'DEBUG=False\n' }, forced: ['.env'] }, ['env files'], ['.env env-file']));

  test('DEBUG that is on is refused', () => {
    const settings = read('config/settings.py').replace(/^DEBUG = .*$/m, 'DEBUG = True');
    return refused({ change: { 'config/settings.py': settings } }, ['command check deploy'], []);
  });

  test('code for debugging is refused', () => {
    const code = '"""Looks."""\n\n\ndef look():\n    breakpoint()\n';
    return refused({ change: { 'datasets/look.py': code } }, ['debugging code'], ['datasets/look.py:5 debug-code']);
  });
});
