import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { holding, imageRepository, imageStage, noInputs, plainWish } from '../../test/fakes/image-stage.ts';
import { builderMissing, startBuilder } from '../../test/lab/builder.ts';
import type { LabBuilder } from '../../test/lab/builder.ts';
import { docker } from '../../test/lab/engine.ts';
import { found } from '../../test/lab/found.ts';
import { unless } from '../../test/lab/needs.ts';
import { login, startRegistry } from '../../test/lab/registry.ts';
import type { RegistryServer } from '../../test/lab/registry.ts';
import { buildImage } from './build-image.ts';
import type { ImageWish } from './image-wish.ts';
import type { ImageInputs } from '#config';

const programs = ['busybox', 'docker-registry'].filter((name) => found(name) === undefined);
const here = unless((await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined));
let lab: LabBuilder;
/** It asks everybody for a login. */
let server: RegistryServer;
let closing = async (): Promise<void> => {};
const before = { ...process.env };

beforeAll(async () => {
  if ((await builderMissing()) !== undefined) return;
  [lab, server] = await Promise.all([startBuilder(), startRegistry({ htpasswd: true })]);
  closing = async () => {
    await lab.close();
    await server.close();
  };
  Object.assign(process.env, lab.env);
}, 300_000);

afterAll(async () => {
  await closing();
  process.env = before;
});

const run = async (
  dockerfile: string,
  name: string,
  inputs: Partial<ImageInputs> = {},
  wish: Partial<ImageWish> = {},
  event = 'push',
) => {
  // prettier-ignore
  const root = imageRepository(dockerfile);
  const { stage, shown, temp } = imageStage(root, { event });
  const given = { ...noInputs, image: `${server.registry}/${name}`, builder: lab.name, ...inputs };
  const report = await buildImage(stage, given, { ...plainWish, ...login, ...wish });
  return { root, report, shown, temp };
};

/** What all processes of this machine are called with, as often as can be looked, until it is told to stop. */
const commandLines = (signal: AbortSignal) => {
  const seen = new Set<string>();
  const watch = async (): Promise<ReadonlySet<string>> => {
    while (!signal.aborted) {
      for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
        try {
          seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
        } catch {
          // it has ended
        }
      }
      await sleep(5);
    }
    return seen;
  };
  return watch();
};

/** Where a text is found after a build: in the registry, in what BuildKit keeps, in the checkout, in temporary files. */
const traces = async (text: string, folders: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await docker(['exec', lab.container, 'grep', '-rlaF', '-e', text, '/var/lib/buildkit']);
  return [...folders.flatMap((folder) => holding(folder, text)), ...stdout.split('\n').filter((line) => line !== '')];
};

const head = 'FROM scratch AS tools\nCOPY busybox /\n';
const use = (what: string): string =>
  `${head}RUN --mount=type=secret,id=PIP_TOKEN ["/bin/busybox", "sh", "-c", "${what}"]\n`;

here.test(
  'a secret of a build is in no layer, history, cache, log, report, command line or file',
  async () => {
    const secret = `geheim${randomBytes(12).toString('hex')}`;
    const stop = new AbortController();
    const watching = commandLines(stop.signal);
    // its length proves that it was there
    const { root, report, shown, temp } = await run(use('wc -c </run/secrets/PIP_TOKEN >/long-as-it-is; sleep 5'), 'quiet', { cache: 'registry', 'build-args': ['PLAIN=hello'] }, { secrets: `PIP_TOKEN=${secret}` }); // prettier-ignore
    stop.abort();
    const lines = [...(await watching)];
    expect(report.result).toBe('done');
    expect(lines.filter((line) => line.includes('--secret id=PIP_TOKEN,env=')).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(JSON.stringify([report, shown])).not.toContain(secret);
    expect(JSON.stringify([report, shown])).not.toContain(login.password);
    expect(await traces(secret, [root, temp, server.storage, lab.env.DOCKER_CONFIG])).toEqual([]);
    expect(readdirSync(temp).filter((name) => /docker|image|commands/.test(name))).toEqual([]);
    // all of it was looked through: what the build wrote is found in a layer, in the cache and on the builder
    const told = await traces('quiet', [server.storage]);
    expect(told.length).toBeGreaterThan(0);
  },
  300_000,
);

here.test(
  'the same search finds a secret that a Dockerfile gives away',
  async () => {
    const secret = `geheim${randomBytes(12).toString('hex')}`;
    const { report } = await run(
      use('cat /run/secrets/PIP_TOKEN >/leak'),
      'leaks',
      {},
      { secrets: `PIP_TOKEN=${secret}` },
    );
    expect(report.result).toBe('done');
    const found = await traces(secret, [server.storage]);
    expect([found.some((file) => file.startsWith(server.storage)), found.some((file) => file.endsWith('/leak'))]).toEqual([true, true]); // prettier-ignore
  },
  300_000,
);

here.test(
  'build arguments that hold a secret are refused, and warned of by their names',
  async () => {
    const given = { 'build-args': ['PIP_TOKEN=geheim123'] };
    await expect(run(head, 'args', given, { secrets: 'OTHER=geheim123' })).rejects.toMatchObject({
      fault: { code: 'INPUT_INVALID', problems: [{ where: 'build-args', what: expect.stringMatching(/^PIP_TOKEN holds the value of the secret OTHER/) }] }, // prettier-ignore
    });
    const { report } = await run(head, 'args', given, { push: 'false' });
    expect(report.notes).toEqual([{ kind: 'warning', text: expect.stringMatching(/^the build argument PIP_TOKEN looks like a secret/) }]); // prettier-ignore
  },
  300_000,
);

here.test(
  'the login serves builds, too: base images and cached layers of that registry',
  async () => {
    const base = await run(head, 'base');
    expect(base.report.result).toBe('done');
    const from = (more: string): string => `FROM ${base.report.built?.image ?? ''}\nRUN ["/bin/busybox", "sh", "-c", "echo ${more} >/more"]\n`; // prettier-ignore
    const one = await run(from('one'), 'app', { cache: 'registry' });
    expect([one.report.result, one.report.notes]).toEqual(['done', []]);
    const wrong = await run(from('two'), 'app', {}, { password: 'wrong' });
    expect(wrong.report).toMatchObject({ result: 'failed', fault: { code: 'REGISTRY_REFUSED' } });
  },
  300_000,
);

here.test(
  'a cache in the registry serves another builder; pull requests read it and never write',
  async () => {
    const dockerfile = `${head}RUN ["/bin/busybox", "sh", "-c", "echo cached >/cached"]\n`;
    const tags = join(server.storage, 'docker/registry/v2/repositories/cached/_manifests/tags');
    const pull = await run(dockerfile, 'cached', { cache: 'registry' }, {}, 'pull_request');
    expect(pull.report.result).toBe('done');
    expect(() => readdirSync(tags)).toThrow(/ENOENT/);
    const first = await run(dockerfile, 'cached', { cache: 'registry' });
    expect([first.report.result, readdirSync(tags).includes('buildcache')]).toEqual(['done', true]);
    const other = await startBuilder();
    Object.assign(process.env, other.env);
    try {
      const second = await run(dockerfile, 'cached', { cache: 'registry', builder: other.name, 'build-args': ['LATER=1'] }, { push: 'false' }); // prettier-ignore
      expect(second.report.built?.steps.map(({ name, outcome }) => `${name.slice(0, 16)}: ${outcome}`)).toEqual([
        '[1/2] COPY busyb: cached',
        '[2/2] RUN ["/bin: cached',
        'exporting to oci: done',
      ]);
    } finally {
      await other.close();
      Object.assign(process.env, lab.env);
    }
  },
  300_000,
);
