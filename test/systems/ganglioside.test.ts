import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vulnerable } from '../fakes/vulnerabilities.ts';
import { missingForScanners } from '../lab/scanners.ts';
import { needing } from '../lab/needs.ts';
import { failedGates, filler, findings } from './outcome.ts';
import { prepareSystem, type Asked, type Place } from './place.ts';

jest.setTimeout(600_000);

/** What its tests run of its lines, as coverage.py counts them. */
const [covered, lines] = [286, 328];

needing('python3', 'make', ...missingForScanners()).describe('G1', () => {
  let place: Place;
  beforeAll(async () => {
    place = await prepareSystem('ganglioside');
  });
  afterAll(() => place.end());

  const read = (file: string): string => readFileSync(join(place.source, file), 'utf8');
  const raised = () => ({ 'pyproject.toml': read('pyproject.toml').replace('version = "2.0.0"', 'version = "2.0.1"') });
  const proposed = (asked: Asked) => place.run({ pull: true, ...asked, change: { ...raised(), ...asked.change } });
  const lineOf = (text: string, part: string): number =>
    text.split('\n').findIndex((line) => line.startsWith(part)) + 1;

  /** It is red by these gates and no others, says where, and nobody comes to the host. */
  const refused = async (asked: Asked, gates: readonly string[], place: readonly string[]): Promise<void> => {
    const { test: step, report, deploy, connections } = await proposed(asked);
    expect(failedGates(report)).toEqual(gates);
    expect(findings(report)).toEqual(place);
    expect([step.exit, step.outputs['verdict'], deploy, connections]).toEqual([1, 'failed', undefined, 0]);
    const pinned = step.annotations.map(({ file = '', line }) => (line === undefined ? file : `${file}:${line}`));
    for (const one of place) expect(pinned).toContain(one.split(' ')[0]);
  };

  test('70 % and clean is green', async () => {
    const { test: step, report } = await proposed({ change: { 'analyses/unused.py': filler(80) } });
    expect(failedGates(report)).toEqual([]);
    expect(findings(report)).toEqual([]);
    expect(report.scan?.coverage).toMatchObject({ covered, lines: lines + 80 });
    expect([step.exit, step.outputs['verdict']]).toEqual([0, 'passed']);
  });

  test('coverage of 69 % is red', async () => {
    // `make coverage` says so, too
    await refused({ change: { 'analyses/unused.py': filler(85) } }, ['command tests', 'coverage'], []);
  });

  test('a lint error is red', () =>
    refused(
      { change: { 'analyses/lint.py': '"""Looks."""\n\nimport os\n' } },
      ['flake8'],
      ['analyses/lint.py:3 F401'],
    ));

  test('a finding of bandit is red', () =>
    refused(
      { change: { 'analyses/weak.py': 'def said(text):\n    return eval(text)\n' } },
      ['bandit'],
      ['analyses/weak.py:2 B307'],
    ));

  test('an unsafe requirement is red', () => {
    const file = 'requirements/production.txt';
    const text = read(file).replace(/^sqlparse==.*$/m, `${vulnerable.name}==${vulnerable.version}`);
    return refused({ change: { [file]: text } }, ['safety'], [`${file}:${lineOf(text, 'sqlparse')} 54679`]);
  });

  test('a TODO is red', () =>
    refused(
      { change: { 'analyses/later.py': '"""Waits."""\n\n# TODO: do it\n' } },
      ['forbidden words'],
      ['analyses/later.py:3 forbidden-word'],
    ));

  test('a version that was not raised is red', () =>
    refused(
      { change: { 'pyproject.toml': read('pyproject.toml') } },
      ['version'],
      [`pyproject.toml:${lineOf(read('pyproject.toml'), 'version')} version-not-raised`],
    ));

  test('a tracked .env.production is red', () =>
    refused(
      { change: { '.env.production': 'ALLOWED_HOSTS=ganglioside.example\n' } },
      ['env files'],
      ['.env.production env-file'],
    ));
});
