/** The jobs that test, as the starters and the example have them: run by act, as they are written, with the bundled action. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { pinned } from '../../scripts/checks/programs.ts';
import { makeRepository } from '../apps/spine/repository.ts';
import { bundled } from '../bundle/bundled.ts';
import { startVulnerabilities, writeSafetyDatabase, type Vulnerabilities } from '../fakes/vulnerabilities.ts';
import { needing } from '../lab/needs.ts';
import { ensureScanners, missingForScanners } from '../lab/scanners.ts';
import { actRunner, layOut } from '../workflows/act.ts';

jest.setTimeout(600_000);

const root = join(import.meta.dirname, '../..');
const act = pinned('act').path ?? '';
const needs = ['python3', 'msgfmt', 'make', ...missingForScanners(), ...(act === '' ? ['scripts/pinned act'] : [])];

const raised = (text: string): string => text.replace('version = "2.0.0"', 'version = "2.1.0"');

/** Of what GitHub says of each event. */
const repository = { default_branch: 'main' };

const cases = [
  { app: 'ascai', example: 'ascai/deploy.yml', event: 'push', payload: { ref: 'refs/heads/main', repository } },
  {
    app: 'ganglioside',
    example: 'ganglioside/deploy.yml',
    event: 'push',
    payload: { ref: 'refs/tags/v2.1.0', repository },
  },
  { app: 'operations', example: 'test-and-scan.yml', event: 'push', payload: { ref: 'refs/heads/main', repository } },
] as const;

needing(...needs).describe('the job `test`', () => {
  let [dir, landfall] = ['', ''];
  let service: Vulnerabilities;
  beforeAll(async () => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'landfall-starters-')));
    landfall = join(dir, 'landfall');
    layOut(root, await bundled(), landfall);
    writeSafetyDatabase(join(dir, 'safety'));
    service = await startVulnerabilities();
  });
  afterAll(async () => {
    await service.end();
    rmSync(dir, { recursive: true, force: true });
  });

  const play = async ({ app, example, event, payload }: (typeof cases)[number], broken: boolean) => {
    const source = join(root, 'test/apps', app, 'source');
    const temp = mkdtempSync(join(dir, `${app}-`));
    const made = makeRepository(join(temp, 'checkout'), { source });
    const workflow = readFileSync(join(root, 'workflows-examples', example), 'utf8');
    const version = app === 'ganglioside' ? { 'pyproject.toml': raised(readFileSync(join(source, 'pyproject.toml'), 'utf8')) } : {}; // prettier-ignore
    const wrong = broken ? { 'requirements.txt': 'sqlparse==0.4.3\n', 'requirements/production.txt': 'sqlparse==0.4.3\n' } : {}; // prettier-ignore
    made.commit('Change it', { '.github/workflows/it.yml': workflow, ...version, ...wrong });
    const [home, python] = [join(temp, 'act'), await ensureScanners(source)];
    mkdirSync(home);
    const run = actRunner({ act, origin: made.dir, landfall, temp: home });
    const env = { ...service.env, TEST_PYTHON: python, SAFETY_DB: join(dir, 'safety') };
    return run({ event, workflow: 'it.yml', job: 'test', payload, secrets: {}, run: 7, env }, () => undefined);
  };

  const at = needing();
  for (const one of cases) {
    at.test(`of ${one.example} is green on ${one.app}`, async () => {
      const { ok, steps, log } = await play(one, false);
      if (!ok) throw new Error(log.split('\n').slice(-60).join('\n'));
      expect(steps.join('\n')).toContain('test-and-scan@v1: success');
    });
  }

  at.test('is red where a requirement is vulnerable', async () => {
    const { ok, steps, log } = await play(cases[2], true);
    expect(ok).toBe(false);
    expect(log).toContain('PYSEC-2023-87');
    expect(steps.join('\n')).toContain('test-and-scan@v1: failure');
  });
});
