import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { missingForScanners } from '../lab/scanners.ts';
import { needing } from '../lab/needs.ts';
import { failedGates, filler } from './outcome.ts';
import { prepareSystem, type Place } from './place.ts';

jest.setTimeout(600_000);

/** What its tests run of its lines, as coverage.py counts them. */
const [covered, lines] = [213, 229];

const at = needing('python3', 'msgfmt', 'openssl', ...missingForScanners());
at.describe('A1', () => {
  let place: Place;
  beforeAll(async () => {
    place = await prepareSystem('ascai');
  });
  afterAll(() => place.end());

  const withLines = (more: number) => place.run({ change: { 'association/unused.py': filler(more) } });

  test('a push with 79 % coverage ends red, and nobody comes to the host', async () => {
    const { test: step, report, deploy, connections } = await withLines(40);
    expect(step.exit).toBe(1);
    expect(report.scan?.coverage).toMatchObject({ covered, lines: lines + 40 });
    expect(step.outputs['coverage']).toBe('79.18');
    expect(failedGates(report)).toEqual(['coverage']);
    expect([deploy, connections]).toEqual([undefined, 0]);
  });

  test('with 80 % it is green, and the deploy of that commit goes to the host', async () => {
    const { test: step, report, deploy, connections } = await withLines(37);
    expect(failedGates(report)).toEqual([]);
    expect(step.exit).toBe(0);
    expect(step.outputs).toMatchObject({
      verdict: 'passed',
      coverage: '80.07',
      tests: '18',
      failed: '0',
      findings: '0',
    });
    expect(report.scan?.gates.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      expect.arrayContaining(['tests passed', 'coverage passed', 'pip-audit passed']),
    );
    expect(place.asked.length).toBeGreaterThan(40);
    // nobody answers there: all that counts is that it came
    expect(deploy?.exit).toBe(1);
    expect(connections).toBeGreaterThan(0);
  });
});

type Step = { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> };
type Workflow = {
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress'?: boolean };
  readonly jobs: Readonly<Record<string, { readonly needs?: string; readonly steps: readonly Step[] }>>;
};

test('A1 the starter deploys what it has tested, and a push during a run queues', () => {
  const file = join(import.meta.dirname, '../../workflows-examples/ascai/deploy.yml');
  const { concurrency, jobs } = parse(readFileSync(file, 'utf8')) as Workflow;
  expect(concurrency).toEqual({ group: 'production' });
  expect(jobs['deploy']?.needs).toBe('test');
  const checkouts = Object.values(jobs).map(({ steps }) => steps[0]);
  expect(checkouts.map((step) => step?.uses?.split('@')[0])).toEqual(['actions/checkout', 'actions/checkout']);
  // no other commit than that of the run
  expect(checkouts.flatMap((step) => Object.keys(step?.with ?? {}))).not.toContain('ref');
  const used = Object.values(jobs).map(({ steps }) => steps.at(-1)?.uses);
  expect(used).toEqual(['test-and-scan', 'deploy-over-ssh'].map((name) => `OWNER/landfall/actions/${name}@v1`));
});
