import { expect } from '@jest/globals';
import { startCacheService } from '../../test/fakes/cache-service.ts';
import { buildLab } from '../../test/lab/build-lab.ts';
import { startBuilder } from '../../test/lab/builder.ts';

const { here, place } = await buildLab();

here.test(
  'the Actions cache serves another builder; runs of pull requests read it and never write; where it fails, builds do not',
  async () => {
    const service = await startCacheService();
    const other = await startBuilder();
    const before = { ...process.env };
    Object.assign(process.env, service.variables);
    try {
      const { run } = place();
      const pull = await run({ cache: 'gha' }, { push: 'false' }, { event: 'pull_request' });
      expect([pull.report.result, service.keys()]).toEqual(['done', []]);
      const first = await run({ cache: 'gha' });
      expect([first.report.result, first.report.notes]).toEqual(['done', []]);
      expect(service.keys().filter((key) => key.startsWith('buildkit-blob-'))).toHaveLength(2);

      Object.assign(process.env, other.env);
      const again = { cache: 'gha', builder: other.name, 'build-args': ['LATER=1'] } as const;
      const second = await run(again, { push: 'false' }, { event: 'pull_request' });
      expect(second.report.built?.steps.map(({ name, outcome }) => `${name.slice(0, 16)}: ${outcome}`)).toEqual([
        '[1/2] COPY busyb: cached',
        '[2/2] RUN ["/bin: cached',
        'exporting to oci: done',
      ]);
      expect(service.calls).toContain('GET blob');

      service.mood('denying');
      const third = await run({ ...again, 'build-args': ['LATER=2'] }, { push: 'false' });
      expect([third.report.result, third.report.fault]).toEqual(['done', undefined]);
    } finally {
      process.env = before;
      await other.close();
      await service.close();
    }
  },
  300_000,
);
