import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { builderMissing, startBuilder } from '../../test/lab/builder.ts';
import type { LabBuilder } from '../../test/lab/builder.ts';
import { putBusybox } from '../../test/lab/busybox.ts';
import { docker } from '../../test/lab/engine.ts';
import { found } from '../../test/lab/found.ts';
import { unless } from '../../test/lab/needs.ts';
import { must } from '#fault';
import { openBuilder } from './buildx.ts';
import type { Asked } from './buildx.ts';

const here = unless((await builderMissing()) ?? (found('busybox') === undefined ? 'busybox missing' : undefined));
let lab: LabBuilder;
let closing = async (): Promise<void> => {};
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-buildx-test-'));
  if ((await builderMissing()) !== undefined) return;
  lab = await startBuilder();
  closing = lab.close;
  Object.assign(process.env, lab.env);
}, 300_000);

afterAll(async () => {
  await closing();
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

/** A folder with busybox and a Dockerfile. */
const context = (name: string, dockerfile: string): string => {
  const made = join(folder, name);
  mkdirSync(made);
  putBusybox(made);
  writeFileSync(join(made, 'Dockerfile'), dockerfile);
  return made;
};

const asked = (from: string): Asked => ({
  context: from,
  file: undefined,
  target: undefined,
  platforms: [],
  args: {},
  labels: {},
  secrets: {},
  epoch: 1700000000,
  cache: 'off',
  repository: 'registry.test/app',
  fillsCache: false,
  fresh: false,
});

const open = async (signal = new AbortController().signal, shown: string[] = [], name: string | undefined = lab.name) =>
  openBuilder(name, { workspace: folder, temp: folder, signal, show: (line) => shown.push(line) });

const hello = 'FROM scratch\nCOPY busybox /\nRUN ["/bin/busybox", "sh", "-c", "echo hello; echo made > /made"]\n';

/** What lies in the folder for temporary files, beside what tests have put there. */
const left = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('landfall-'));

here.test(
  'builds a layout whose digest is the same when nothing is cached',
  async () => {
    const shown: string[] = [];
    const builder = must(await open(undefined, shown));
    expect(builder.driver).toBe('docker-container');
    const made = context('same', hello);
    const first = must(await builder.build({ ...asked(made), labels: { a: 'b, "c"' } }));
    // another mtime of the same content
    writeFileSync(join(made, 'Dockerfile'), hello);
    copyFileSync(found('busybox') ?? '', join(made, 'busybox/bin/busybox'));
    const second = must(await builder.build({ ...asked(made), labels: { a: 'b, "c"' }, fresh: true }));
    expect(second.digest).toBe(first.digest);
    expect(second.steps.filter(({ outcome }) => outcome === 'cached')).toEqual([]);
    const third = must(await builder.build({ ...asked(made), labels: { a: 'b, "c"' } }));
    expect(third.steps.filter(({ outcome }) => outcome === 'cached').length).toBe(2);
    const manifest = JSON.parse(readFileSync(join(first.layout, 'blobs/sha256', first.digest.slice(7)), 'utf8')) as { config: { digest: string } }; // prettier-ignore
    const config = JSON.parse(readFileSync(join(first.layout, 'blobs/sha256', manifest.config.digest.slice(7)), 'utf8')) as { created: string; config: { Labels: unknown } }; // prettier-ignore
    expect([config.created, config.config.Labels]).toEqual(['2023-11-14T22:13:20Z', { a: 'b, "c"' }]);
    expect(shown).toContain('    hello');
    builder.close();
    expect(left()).toEqual([]);
  },
  300_000,
);

here.test(
  'builds several platforms as one index',
  async () => {
    const builder = must(await open());
    const made = context('several', 'FROM scratch\nCOPY Dockerfile /\n');
    const built = must(await builder.build({ ...asked(made), platforms: ['linux/amd64', 'linux/arm64'] }));
    const index = JSON.parse(readFileSync(join(built.layout, 'blobs/sha256', built.digest.slice(7)), 'utf8')) as { manifests: { platform: { architecture: string } }[] }; // prettier-ignore
    expect(index.manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    builder.close();
  },
  300_000,
);

here.test(
  'a step that fails is named, with its last lines',
  async () => {
    const builder = must(await open());
    const made = context('fails', hello.replace('echo made > /made', 'echo broken >&2; exit 7'));
    const built = await builder.build(asked(made));
    expect(built).toMatchObject({ ok: false, fault: { code: 'BUILD_FAILED' } });
    if (built.ok) return;
    expect(built.fault.what).toMatch(/^the build failed in \[2\/2\] RUN /);
    const { said } = built.fault;
    // two outputs of one step: BuildKit may read either first
    expect(said.slice(0, -1).toSorted()).toEqual(['broken', 'hello']);
    expect(said.at(-1)).toMatch(/exit code: 7$/);
    const nothing = await builder.build({ ...asked(made), file: join(made, 'none') });
    expect(nothing).toMatchObject({ ok: false, fault: { code: 'BUILD_FAILED', said: [expect.stringMatching(/none: no such file/)] } }); // prettier-ignore
    builder.close();
    expect(left()).toEqual([]);
  },
  300_000,
);

here.test(
  'a cancelled build ends on the builder, too, and leaves nothing',
  async () => {
    const cancelled = new AbortController();
    const shown: string[] = [];
    const builder = must(await open(cancelled.signal, shown));
    const made = context('long', hello.replace('echo hello;', 'echo hello; sleep 300;'));
    const building = builder.build(asked(made));
    while (!shown.includes('    hello')) await sleep(50);
    cancelled.abort();
    expect(await building).toMatchObject({ ok: false, fault: { code: 'CANCELLED' } });
    builder.close();
    expect(left()).toEqual([]);
    let still = '';
    for (let tries = 0; tries < 1200; tries += 1) {
      still = (await docker(['top', lab.container, '-eo', 'args'])).stdout;
      if (!still.includes('sleep 300')) break;
      await sleep(100);
    }
    expect(still).not.toContain('sleep 300');
  },
  300_000,
);

here.test(
  'a builder that cannot write an image before it is pushed is refused, with the line that mends it',
  async () => {
    expect(await open(undefined, [], 'default')).toMatchObject({
      ok: false,
      fault: {
        code: 'BUILDER_UNFIT',
        what: expect.stringMatching(/^the builder default is the engine's own \(driver docker\)/),
        next: expect.stringMatching(/docker\/setup-buildx-action@[0-9a-f]{40} # v3/),
      },
    });
    expect(await open(undefined, [], 'nobody')).toMatchObject({
      ok: false,
      fault: { code: 'BUILDER_UNFIT', said: [expect.stringMatching(/no builder "nobody" found/)] },
    });
    expect(left()).toEqual([]);
  },
  300_000,
);
