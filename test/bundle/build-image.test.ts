/** build-image as it is bundled, run as GitHub's runner does: a real builder, a real registry. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { githubServer } from '../fakes/github-server.ts';
import { imageRepository } from '../fakes/image-stage.ts';
import { requestToken, services } from '../fakes/sigstore.ts';
import { builderMissing, startBuilder } from '../lab/builder.ts';
import type { LabBuilder } from '../lab/builder.ts';
import { found } from '../lab/found.ts';
import { unless } from '../lab/needs.ts';
import { login, startRegistry } from '../lab/registry.ts';
import type { RegistryServer } from '../lab/registry.ts';
import { folder, remove } from '../lab/repository.ts';
import { startStep, workflowRun } from '../runner/index.ts';
import { bundled } from './bundled.ts';

const programs = ['busybox', 'docker-registry'].filter((name) => found(name) === undefined);
const here = unless((await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined));

here.describe('build-image', () => {
  let lab: LabBuilder;
  let server: RegistryServer;
  let dist: string;
  const temp = folder('temp');

  beforeAll(async () => {
    dist = await bundled();
    [lab, server] = await Promise.all([startBuilder(), startRegistry({ htpasswd: true })]);
  }, 600_000);
  afterAll(async () => {
    await lab.close();
    await server.close();
    remove(temp);
  });

  type More = {
    readonly onLine?: (line: string) => void;
    readonly env?: Readonly<Record<string, string>>;
    readonly token?: string;
    readonly event?: { readonly name: string; readonly payload: unknown };
  };
  const start = (workspace: string, inputs: Readonly<Record<string, string>>, { env = {}, ...more }: More = {}) =>
    startStep({
      action: 'build-image',
      root: join(import.meta.dirname, '../..'),
      dist,
      run: workflowRun(),
      workspace,
      temp,
      env: { ...lab.env, ...env },
      inputs: { image: `${server.registry}/team/app`, builder: lab.name, ...login, ...inputs },
      ...more,
    });
  const dockerfile = (what: string): string =>
    `FROM scratch\nCOPY busybox /\nRUN --mount=type=secret,id=TOKEN ["/bin/busybox", "sh", "-c", "${what}"]\n`;

  here.test(
    'builds, pushes, and finds again; says so in outputs, log and summary, and shows no secret',
    async () => {
      const workspace = imageRepository(dockerfile('cat /run/secrets/TOKEN; echo x >/x'));
      const secrets = 'TOKEN=geheim-4711';
      const first = await start(workspace, { secrets, tags: 'commit, :staging' }).ended;
      expect([first.exit, first.outputs['result']]).toEqual([0, 'done']);
      const { image = '', digest = '', tags = '' } = first.outputs;
      expect(image).toBe(`${server.registry}/team/app@${digest}`);
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(tags).toMatch(/^sha-[0-9a-f]{12}\n[0-9a-f]{40}\nstaging$/);
      expect(first.summary).toContain(`| image | \`${image}\` |`);
      expect(first.log.join('\n')).toMatch(/^ +\*\*\*$/m);
      expect(readFileSync(first.outputs['report'] ?? '', 'utf8')).not.toMatch(/geheim-4711|correct horse/);
      expect(first.summary).not.toMatch(/geheim-4711|correct horse/);
      const second = await start(workspace, { secrets, tags: 'commit, :staging' }).ended;
      expect([second.exit, second.outputs['result'], second.outputs['image']]).toEqual([0, 'unchanged', image]);
      remove(workspace);
    },
    300_000,
  );

  here.test(
    'attests what it has pushed, by the library as it is bundled, and shows no token',
    async () => {
      const token = 'ghs_geheim4711';
      const { repository } = workflowRun();
      const github = await githubServer(repository, token);
      const workspace = imageRepository('FROM scratch\nCOPY Dockerfile /\n');
      const given = {
        token,
        event: { name: 'push', payload: { repository: { visibility: 'private' } } },
        env: {
          GITHUB_API_URL: github.url,
          ACTIONS_ID_TOKEN_REQUEST_URL: `${services.runner}/token?api-version=2`,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
          NODE_OPTIONS: `--import ${join(import.meta.dirname, '../fakes/sigstore-preload.ts')}`,
        },
      };
      const end = await start(workspace, { attest: 'true' }, given).ended;
      expect([end.exit, end.outputs['result'], end.outputs['attested']]).toEqual([0, 'done', 'true']);
      const [kept] = github.attestations;
      expect(kept?.statement.subject[0]?.digest).toEqual({ sha256: (end.outputs['digest'] ?? '').slice(7) });
      expect(end.summary).toContain(`| attested | https://github.com/${repository}/attestations/${kept?.id ?? ''} |`);
      const shown = `${end.log.join('\n')}${end.summary}${readFileSync(end.outputs['report'] ?? '', 'utf8')}`;
      for (const secret of [token, requestToken, 'eyJ']) expect(shown).not.toContain(secret);
      const { outputs } = await start(workspace, { attest: 'auto' }).ended;
      expect([outputs['result'], outputs['attested']]).toEqual(['unchanged', 'false']);
      await github.close();
      remove(workspace);
    },
    300_000,
  );

  here.test(
    'a failing step fails the job, with its name and last lines',
    async () => {
      const workspace = imageRepository(dockerfile('echo no such thing >&2; exit 3'));
      const end = await start(workspace, {}).ended;
      expect([end.exit, end.outputs['result'], end.outputs['image']]).toEqual([1, 'failed', undefined]);
      expect(end.annotations).toMatchObject([
        { level: 'error', title: expect.stringContaining('BUILD_FAILED') as unknown as string },
      ]);
      expect(end.summary).toContain('no such thing');
      remove(workspace);
    },
    300_000,
  );

  here.test(
    'a cancelled run ends its build and leaves no login behind',
    async () => {
      const workspace = imageRepository(dockerfile('echo begun; sleep 300'));
      const heard: string[] = [];
      const step = start(workspace, {}, { onLine: (line) => heard.push(line) });
      while (!heard.some((line) => line.endsWith(' begun'))) await sleep(50);
      step.cancel();
      const end = await step.ended;
      expect([end.exit, end.summary.includes('CANCELLED')]).toEqual([1, true]);
      expect(readdirSync(temp).filter((name) => /^landfall-(docker|image)-/.test(name))).toEqual([]);
      remove(workspace);
    },
    300_000,
  );
});
