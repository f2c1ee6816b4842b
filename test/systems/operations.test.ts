import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { read } from '#evidence';
import { must } from '#fault';
import { time } from '#kit';
import { openRegistry } from '#registry';
import { evidenceType } from '../../packages/operations/evidence-image.ts';
import { builderMissing, startBuilder } from '../lab/builder.ts';
import { ensureScanners, missingForScanners } from '../lab/scanners.ts';
import { found, needing, unless } from '../lab/needs.ts';
import { startRegistry } from '../lab/registry.ts';
import { failedGates, findings } from './outcome.ts';
import { prepareSystem, type Place } from './place.ts';

jest.setTimeout(600_000);

const unbuilt =
  (await builderMissing()) ?? (found('docker-registry') === undefined ? 'docker-registry missing' : undefined);

/** What the application's landfall.yml says of its image; its own Dockerfile begins with what no registry here has. */
const image = (registry: string): string => `image:
  name: ${registry}/app
  tags: [commit]
  sbom: cyclonedx-py requirements requirements.txt --of JSON --output-file "$IMAGE_SBOM"
`;

type List = { readonly components: readonly { readonly name: string; readonly version: string }[] };

/** What the application asks for, as lines of its requirements. */
const required = (source: string): readonly string[] =>
  readFileSync(join(source, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Za-z]/.test(line))
    .sort();

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

  unless(unbuilt).test(
    'main: one app:<sha> of what was tested, with its list of parts, and the evidence beside it',
    async () => {
      const [lab, server, lists] = await Promise.all([startBuilder(), startRegistry(), ensureScanners(join(import.meta.dirname, '../lab/sbom'))]); // prettier-ignore
      const env = { ...lab.env, PATH: `${lists}${delimiter}${lab.env.PATH}` };
      const registry = openRegistry({ ...time, name: { registry: server.registry, repository: 'app' }, signal: new AbortController().signal }); // prettier-ignore
      try {
        const change = {
          'landfall.yml': readFileSync(join(place.source, 'landfall.yml'), 'utf8') + image(server.registry),
          Dockerfile: 'FROM scratch\nCOPY . /app\n',
          // what tests and scans leave is not the commit's
          '.dockerignore': '*.json\n*.xml\n.pytest_cache\n**/__pycache__\n',
        };
        const { test: step } = await place.run({
          change,
          then: async (job, { outputs }, sha) => {
            const inputs = { builder: lab.name, evidence: outputs['evidence'] ?? '' };
            const built = await job.uses('build-image', { inputs, env });
            const { digest = '', result } = built?.outputs ?? {};
            if (result !== 'done') throw new Error(built?.log.join('\n') ?? 'build-image was not begun');
            expect(must(await registry.digestOf(sha))).toBe(digest);
            const kept = must(await registry.attached(digest as `sha256:${string}`, 'application/vnd.cyclonedx+json'));
            const [list, ...others] = kept.map(({ bytes }) => JSON.parse(bytes.toString()) as List);
            expect([list?.components.map(({ name, version }) => `${name}==${version}`).sort(), others]).toEqual([required(place.source), []]); // prettier-ignore
            const [beside] = must(await registry.attached(digest as `sha256:${string}`, evidenceType));
            const { links } = must(read(beside?.bytes ?? new Uint8Array()));
            expect(links).toMatchObject([{ commit: sha }, { verdict: 'passed' }, { digest }, { image: digest }]);
            const again = await job.uses('build-image', { inputs: { builder: lab.name }, env });
            expect([again?.outputs['result'], again?.outputs['digest']]).toEqual(['unchanged', digest]);
          },
        });
        expect([step.exit, step.outputs['verdict']]).toEqual([0, 'passed']);
      } finally {
        registry.close();
        await server.close();
        await lab.close();
      }
    },
  );
});
