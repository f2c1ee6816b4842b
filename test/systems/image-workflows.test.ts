/** build-and-deploy.yml and release-image.yml as they are written, run by act with the bundled actions, a real builder, a real registry and a host. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { parse } from 'yaml';
import { read } from '#evidence';
import { must } from '#fault';
import { pinned } from '../../scripts/checks/programs.ts';
import { bundled } from '../bundle/bundled.ts';
import { prepareStage } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { builderMissing, startBuilder } from '../lab/builder.ts';
import type { LabBuilder } from '../lab/builder.ts';
import { docker } from '../lab/engine.ts';
import { hostDocker } from '../lab/host-docker.ts';
import { found, unless } from '../lab/needs.ts';
import { ensureScanners, missingForScanners } from '../lab/scanners.ts';
import { reading } from '../docs/sections.ts';
import { startRegistry } from '../lab/registry.ts';
import type { RegistryServer } from '../lab/registry.ts';
import { actRunner, layOut } from '../workflows/act.ts';
import type { End, Runner } from '../workflows/act.ts';

jest.setTimeout(900_000);

const root = join(import.meta.dirname, '../..');
const example = (name: string): string => readFileSync(join(root, 'workflows-examples', name), 'utf8');
const act = pinned('act').path;
const lacking = ['docker-registry', 'python3', 'flock'].filter((name) => found(name) === undefined);
const missing = [...lacking, ...missingForScanners(), ...(act === undefined ? ['act'] : [])];
const here = unless((await builderMissing()) ?? (missing.length > 0 ? `${missing.join(', ')} missing` : undefined));

type Job = { readonly environment?: string; readonly permissions: Readonly<Record<string, string>> };
const jobsOf = (name: string) => (parse(example(name)) as { readonly jobs: Readonly<Record<string, Job>> }).jobs;

unless(undefined).test(
  'each job has the rights that it needs, and the deploying one waits for its environment (O2)',
  () => {
    const { test, build, deploy } = jobsOf('build-and-deploy.yml');
    expect(test?.permissions).toEqual({ contents: 'read' });
    expect(build?.permissions).toEqual({ contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' }); // prettier-ignore
    const release = jobsOf('release-image.yml');
    expect(release['image']?.permissions).toEqual({ contents: 'read', packages: 'write' });
    for (const job of [deploy, release['deploy']]) {
      expect(job?.permissions).toEqual({ contents: 'read', packages: 'read' });
      expect(job?.environment).toBe('production');
    }
  },
);

here.describe('an image that is built once', () => {
  let [lab, server, stage]: [LabBuilder?, RegistryServer?, Stage?] = [];
  let runner: Runner;
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    const dist = await bundled();
    [lab, server] = await Promise.all([startBuilder(), startRegistry()]);
    const shown = reading('workflows').of('An image, built once', 'yaml').find((text) => text.startsWith('# landfall.yml')) ?? ''; // prettier-ignore
    const image = `evidence: required\ntest: { run: { unit: test -f manage.py } }\n${shown.replace('registry.example.org/team/app', `${server.registry}/team/flow`)}`;
    stage = await prepareStage({ dist, yaml: image });
    writeFileSync(join(stage.host.dir, 'bin/docker'), hostDocker, { mode: 0o755 });
    stage.repository.commit('Be built by workflows', {
      Dockerfile: 'FROM scratch\nCOPY manage.py /\n',
      '.github/workflows/build-and-deploy.yml': example('build-and-deploy.yml'),
      '.github/workflows/release-image.yml': example('release-image.yml'),
    });
    const temp = mkdtempSync(join(stage.host.dir, 'flow-'));
    const landfall = join(temp, 'landfall');
    layOut(root, dist, landfall);
    mkdirSync(join(temp, 'artifacts'));
    runner = actRunner({ act: act ?? '', origin: stage.repository.dir, landfall, temp });
    const { DOCKER_CONFIG, DOCKER_HOST, PATH } = lab.env;
    // what the workflow installs is there already
    const python = await ensureScanners(join(root, 'test/lab/sbom'));
    env = { DOCKER_CONFIG, DOCKER_HOST, TEST_DOCKER: PATH.split(':')[0] ?? '', TEST_PYTHON: python, TEST_ARTIFACTS: join(temp, 'artifacts') }; // prettier-ignore
  });
  afterAll(async () => {
    const name = `${server?.registry ?? ''}/team/flow`;
    const { stdout } = await docker(['images', '--format', '{{.Repository}}:{{.Tag}}', name]);
    for (const tag of stdout.trim().split('\n')) await docker(['rmi', '--force', tag]);
    await stage?.end();
    await server?.close();
    await lab?.close();
  });

  let runs = 0;
  const play = (workflow: string, ref: string): Promise<End> => {
    runs += 1;
    const secrets = { SSH_KEY: stage?.host.key ?? '', ENV_FILE: stage?.deploy().inputs['env-file'] ?? '', GITHUB_TOKEN: 'a-token-of-the-job' }; // prettier-ignore
    return runner({ event: 'push', workflow, payload: { ref, repository: { default_branch: 'main' } }, env, secrets, run: runs }, () => undefined); // prettier-ignore
  };
  const kinds = (): readonly string[] =>
    must(read(readFileSync(join(realpathSync(join(stage?.base ?? '', 'current')), '.landfall/EVIDENCE.json')))).links.map(({ kind }) => kind); // prettier-ignore

  here.test(
    'a push is tested, built and deployed; its tag deploys the same, and the tag of a commit that was never built is refused',
    async () => {
      const pushed = await play('build-and-deploy.yml', 'refs/heads/main');
      if (!pushed.ok) throw new Error(pushed.log.split('\n').slice(-60).join('\n'));
      expect(kinds()).toEqual(['commit', 'tests', 'image', 'sbom', 'deploy', 'smoke']);
      expect(pushed.steps.filter((step) => step.includes('pip install'))).toEqual([expect.stringContaining('success')]);
      const tagged = await play('release-image.yml', 'refs/tags/v1.0.0');
      if (!tagged.ok) throw new Error(tagged.log.split('\n').slice(-60).join('\n'));
      expect(tagged.log).not.toContain('docker buildx build');
      stage?.commit('Nobody has built it');
      const none = await play('release-image.yml', 'refs/tags/v1.1.0');
      expect([none.ok, none.log.includes('IMAGE_MISSING')]).toEqual([false, true]);
    },
  );
});
