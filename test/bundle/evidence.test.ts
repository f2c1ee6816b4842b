/** Evidence on a real host: kept with the release, grown by what was deployed and checked, demanded again at the switch. */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { encode, read } from '#evidence';
import { must } from '#fault';
import type { Report } from '#plan';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { tested } from '../fakes/evidence.ts';
import { needing } from '../lab/needs.ts';
import type { Job, StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

needing('python3', 'flock').describe('evidence', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage({ dist: await bundled(), yaml: 'evidence: required\n' });
  }, 600_000);
  afterAll(async () => {
    await stage.end();
  }, 300_000);

  const uses = async (
    job: Job,
    action: string,
    use: { inputs: Readonly<Record<string, string>> },
  ): Promise<StepEnd> => {
    const main = await job.uses(action, use);
    if (main === undefined) throw new Error('the step was skipped');
    return main;
  };
  const document = (): string => {
    const path = join(stage.host.dir, 'evidence.json');
    writeFileSync(path, encode(tested(stage.repository.head(), {}, 'spine/notes')));
    return path;
  };
  const kept = (release = 'current'): Buffer =>
    readFileSync(join(release === 'current' ? realpathSync(join(stage.base, release)) : join(stage.base, 'releases', release), '.landfall/EVIDENCE.json')); // prettier-ignore
  const kinds = (bytes: Buffer): readonly string[] => must(read(bytes)).links.map(({ kind }) => kind);
  const reportOf = ({ outputs }: StepEnd): Report =>
    JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as Report;
  let first: string;

  needing().test(
    'is kept with the release, grown; the runner has the same document, the report and the summary its links',
    async () => {
      const job = stage.job();
      const main = await uses(job, 'deploy-over-ssh', stage.deploy({ evidence: document() }));
      await job.finish();
      expect(resultOf(main)).toBe('done');
      first = main.outputs['release'] ?? '';
      expect(kinds(kept())).toEqual(['commit', 'tests', 'deploy', 'smoke']);
      expect(readFileSync(main.outputs['evidence'] ?? '')).toEqual(kept());
      const { links, head } = must(read(kept()));
      expect(links[2]).toMatchObject({ release: first, transaction: 't1', host: stage.host.ssh, target: 'production' });
      expect(links[3]).toMatchObject({ release: first, passed: 2, failed: 0 });
      expect(reportOf(main).evidence).toMatchObject({ head, links: links.map(({ kind }) => ({ kind })) });
      expect(main.log.join('\n')).toContain('evidence: tests: passed: 120 tests');
      expect(main.summary).toContain('### Evidence');
      expect(main.summary).toContain(head);
    },
    600_000,
  );

  needing().test(
    'is looked at by `phase: switch` as it was kept; without it nothing is opened',
    async () => {
      stage.commit('Change the page');
      const bare = stage.job();
      await uses(bare, 'deploy-over-ssh', stage.deploy({ phase: 'prepare', 'require-evidence': 'false' }));
      const refused = await uses(bare, 'deploy-over-ssh', stage.deploy({ phase: 'switch' }));
      await bare.finish();
      expect(resultOf(refused)).toBe('refused');
      expect(refused.log.join('\n')).toContain('EVIDENCE_MISSING');
      expect(kinds(kept())).toHaveLength(4);
      const job = stage.job();
      await uses(job, 'deploy-over-ssh', stage.deploy({ phase: 'prepare', evidence: document() }));
      const main = await uses(job, 'deploy-over-ssh', stage.deploy({ phase: 'switch' }));
      await job.finish();
      expect(resultOf(main)).toBe('done');
      expect(kinds(kept())).toEqual(['commit', 'tests', 'deploy', 'smoke']);
      expect(readFileSync(main.outputs['evidence'] ?? '')).toEqual(kept());
    },
    600_000,
  );

  needing().test(
    'of the release that a rollback goes to is shown, and stays as it was',
    async () => {
      const before = kept(first);
      const job = stage.job();
      const main = await uses(job, 'rollback', { inputs: { ...stage.access, to: 'previous' } });
      await job.finish();
      expect(resultOf(main)).toBe('done');
      expect(reportOf(main).evidence).toMatchObject({ head: must(read(before)).head });
      expect(kept()).toEqual(before);
    },
    600_000,
  );
});
