import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { buildLab, digestOf, hello } from '../../test/lab/build-lab.ts';
import { commitAll } from '../../test/lab/repository.ts';

const { here, place } = await buildLab();

here.test(
  'builds once: the second run of a commit finds the digest, and a release tag names it without a build',
  async () => {
    const { run, image, commit, registry } = place();
    const first = await run();
    const { built, result, notes } = first.report;
    expect([result, built?.origin, notes]).toEqual(['done', 'built', []]);
    const digest = built?.digest ?? '';
    const sha = `sha-${commit.slice(0, 12)}`;
    expect(built).toMatchObject({
      image: `${image}@${digest}`,
      tags: [
        { tag: sha, was: 'nothing' },
        { tag: 'main', was: 'nothing' },
      ],
      platforms: [{ platform: 'linux/amd64', digest, layers: 2 }],
      pushed: { blobs: 3, there: 0 },
    });
    expect(first.shown).toContain('        hello');
    expect(await Promise.all([sha, 'main'].map((tag) => digestOf(registry, tag)))).toEqual([digest, digest]);

    const second = (await run()).report;
    expect([second.result, second.built?.origin, second.built?.digest, second.built?.steps]).toEqual(['unchanged', 'found', digest, []]); // prettier-ignore
    expect(second.timeline.map(({ id }) => id)).toEqual(['look', 'tags']);

    const tagged = (await run({}, { build: 'never' }, { ref: 'refs/tags/v1.2.3' })).report;
    expect([tagged.result, tagged.built?.digest, tagged.built?.tags]).toEqual(['done', digest, [{ tag: sha }, { tag: '1.2.3', was: 'nothing' }]]); // prettier-ignore
    expect(await digestOf(registry, '1.2.3')).toBe(digest);
  },
  300_000,
);

here.test(
  'tags that never move are not overwritten; those of branches move',
  async () => {
    const { run, root, commit, registry } = place();
    const { report: first } = await run({ tags: ['semver', 'branch'] }, {}, { ref: 'refs/tags/v1.0.0' });
    const one = first.built?.digest ?? '';
    // the same commit from other inputs
    const other = (await run({ 'build-args': ['MORE=1'] })).report;
    expect(other).toMatchObject({ result: 'refused', fault: { code: 'IMAGE_TAG_TAKEN' } });
    expect(other.fault?.what).toContain(`sha-${commit.slice(0, 12)} names ${one} already`);
    // another commit under the same version
    writeFileSync(join(root, 'Dockerfile'), `${hello}LABEL more=1\n`);
    commitAll(root);
    const moved = (await run({}, {}, { ref: 'refs/tags/v1.0.0' })).report;
    expect(moved).toMatchObject({ result: 'refused', fault: { code: 'IMAGE_TAG_TAKEN' } });
    expect(moved.fault?.what).toMatch(new RegExp(`^the tag 1\\.0\\.0 names ${one} already, and never moves; this one is sha256:[0-9a-f]{64}$`)); // prettier-ignore
    expect(await digestOf(registry, '1.0.0')).toBe(one);

    await run();
    const main = await digestOf(registry, 'main');
    writeFileSync(join(root, 'Dockerfile'), `${hello}LABEL more=2\n`);
    commitAll(root);
    const { report: last } = await run();
    expect(last.built?.tags.at(-1)).toEqual({ tag: 'main', was: main });
  },
  300_000,
);

here.test(
  '`build: never` refuses a commit without an image; a dry run does nothing',
  async () => {
    const { run, commit, registry } = place();
    const never = (await run({}, { build: 'never' })).report;
    expect(never).toMatchObject({ result: 'refused', fault: { code: 'IMAGE_MISSING' } });
    expect(never.fault?.what).toContain(`has no sha-${commit.slice(0, 12)},`);
    const dry = (await run({}, { dry: true })).report;
    expect([dry.result, dry.timeline.map(({ id }) => id)]).toEqual(['planned', ['look']]);
    expect(await digestOf(registry, 'main')).toBeUndefined();
  },
  300_000,
);

here.test(
  'what a scan finds keeps the image from being pushed; it sees the very layout',
  async () => {
    const yml = (command: string): string => `image:\n  scan:\n    looks: ${JSON.stringify(command)}\n`;
    const good =
      'test "$(sha256sum <"$IMAGE_LAYOUT/blobs/sha256/${IMAGE_DIGEST#sha256:}")" = "${IMAGE_DIGEST#sha256:}  -"';
    const { run, root, registry } = place(hello, { 'landfall.yml': yml('echo CVE-2026-1 is critical; exit 9') });
    const bad = (await run()).report;
    expect(bad).toMatchObject({ result: 'failed', fault: { code: 'VERDICT_FAILED' }, scan: { verdict: 'failed', commands: [{ name: 'looks', exit: 9, tail: ['CVE-2026-1 is critical'] }] } }); // prettier-ignore
    expect(await digestOf(registry, 'main')).toBeUndefined();
    expect(await registry.manifest(bad.built?.digest ?? '')).toEqual({ ok: true, value: undefined });
    writeFileSync(join(root, 'landfall.yml'), yml(good));
    commitAll(root);
    const { report } = await run();
    expect([report.result, report.scan?.verdict]).toEqual(['done', 'passed']);
    expect(await digestOf(registry, 'main')).toBe(report.built?.digest);
  },
  300_000,
);

here.test(
  'a scan can load the very digest into the engine, and run it; nothing of that is left',
  async () => {
    const command =
      'exec >said; echo "$DOCKER_CONFIG"; docker pull --quiet "$LANDFALL_IMAGE"; docker run --rm --network none "$LANDFALL_IMAGE" /bin/busybox cat /made; docker rmi --force "$LANDFALL_IMAGE"; test "${LANDFALL_IMAGE#*@}" = "$IMAGE_DIGEST"';
    const { run, root } = place(hello, {
      'landfall.yml': `image:\n  scan:\n    runs: ${JSON.stringify(command)}\n`,
      '.gitignore': '/said\n',
    });
    const { report } = await run({}, { push: 'false' });
    expect([report.result, report.fault, report.scan?.commands[0]?.tail]).toEqual(['done', undefined, []]);
    const [config = '', pulled = '', made] = readFileSync(join(root, 'said'), 'utf8').split('\n');
    expect(pulled.replace(/:\d+\/landfall\/app\d+@/, ' ')).toBe(`127.0.0.1 ${report.built?.digest ?? ''}`);
    expect([made, existsSync(config)]).toEqual(['made', false]);
  },
  300_000,
);

here.test(
  'what a scanner of the image reports is judged by `fail-on`, exceptions and `allow-incomplete`, as tests are',
  async () => {
    const sarif = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'trivy' } }, results: [{ ruleId: 'CVE-2026-1', level: 'error', message: { text: 'libfoo is old' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'LAYOUT' }, region: { startLine: 1 } } }] }] }] }); // prettier-ignore
    const yml = (more: string, command = 'sh found/trivy'): string =>
      `image:\n  scan:\n    trivy: { command: ${JSON.stringify(command)}, tool: sarif, report: trivy.sarif${more}\n`;
    const { run, root, registry } = place('FROM scratch\nCOPY Dockerfile /\n', {
      'landfall.yml': yml(', fail-on: high }'),
      'found/sarif.json': sarif,
      'found/trivy': 'sed "s|LAYOUT|$IMAGE_LAYOUT|" found/sarif.json >trivy.sarif\nexit 1\n',
      '.gitignore': '/trivy.sarif\n',
      'ignore.yml': `- { rule: CVE-2026-1, reason: not reachable, owner: ann, expires: ${new Date(Date.now() + 864e5 * 9).toISOString().slice(0, 10)} }\n`, // prettier-ignore
    });
    const now = async (text: string) => {
      writeFileSync(join(root, 'landfall.yml'), text);
      commitAll(root);
      return (await run()).report;
    };
    const bad = (await run()).report;
    expect(bad).toMatchObject({ result: 'failed', fault: { code: 'VERDICT_FAILED' }, scan: { verdict: 'failed', findings: [{ rule: 'CVE-2026-1' }] } }); // prettier-ignore
    expect(bad.scan?.findings[0]?.file).toBeUndefined();
    expect(await digestOf(registry, 'main')).toBeUndefined();
    // nothing new is written: what lies there is no report of this image
    const stale = await now(yml(' }', 'true'));
    expect(stale).toMatchObject({ result: 'failed', fault: { code: 'VERDICT_INCOMPLETE' } });
    const absent = await run({}, {}).then(() => now(`${yml(' }')}  ignore-file: nowhere.yml\n`)).catch((fault: unknown) => fault); // prettier-ignore
    expect(absent).toMatchObject({ fault: { code: 'INPUT_INVALID', problems: [{ where: 'ignore-file' }] } });
    expect(await digestOf(registry, 'main')).toBeUndefined();
    const allowed = await now(`${yml(' }', 'true')}  allow-incomplete: [sarif]\n`);
    expect([allowed.result, allowed.scan?.verdict]).toEqual(['done', 'passed']);
    const excepted = await now(`${yml(' }')}  ignore-file: ignore.yml\n`);
    expect([excepted.result, excepted.scan?.verdict, excepted.scan?.excepted]).toEqual(['done', 'passed', 1]);
    expect(await digestOf(registry, 'main')).toBe(excepted.built?.digest);
  },
  300_000,
);

here.test(
  'the list of what it holds is kept with the image, and found again; one that is not made fails',
  async () => {
    const list = '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"container","name":"app","version":"%s"}},"components":[{"name":"busybox"}]}'; // prettier-ignore
    const { run, registry } = place();
    for (const [sbom, what] of [
      ['true', /wrote nothing/],
      ['echo broken >&2; false', /ended with 1/],
      [`printf '${list}' sha256:${'0'.repeat(64)} >"$IMAGE_SBOM"`, /it is about sha256:0{64}/],
    ] as const) {
      const { report } = await run({ sbom });
      expect(report).toMatchObject({ result: 'failed', fault: { code: 'SBOM_FAILED', what: expect.stringMatching(what) } }); // prettier-ignore
    }
    expect(await digestOf(registry, 'main')).toBeUndefined();
    const sbom = `printf '${list}' "$IMAGE_DIGEST" >"$IMAGE_SBOM"`;
    const { built: image } = (await run({ sbom })).report;
    expect(image?.sbom).toMatchObject({ format: 'cyclonedx', components: 1 });
    const again = (await run({ sbom })).report;
    expect([again.result, again.built?.sbom?.digest]).toEqual(['unchanged', image?.sbom?.digest]);
    expect(readFileSync(again.built?.sbom?.file ?? '', 'utf8')).toContain(`"version":"${image?.digest ?? ''}"`);
  },
  300_000,
);

here.test(
  'pull requests build and push nothing; forks get no secrets',
  async () => {
    const { run, registry } = place();
    const pull = (await run({}, {}, { event: 'pull_request', ref: 'refs/pull/7/merge' })).report;
    expect([pull.result, pull.built?.pushed, pull.built?.tags]).toEqual(['done', undefined, []]);
    expect(await registry.manifest(pull.built?.digest ?? '')).toEqual({ ok: true, value: undefined });
    const fork = { event: 'pull_request_target', fork: 'mallory/app' };
    for (const wish of [{ push: 'true' }, { secrets: 'TOKEN=abcdef' }] as const)
      await expect(run({}, wish, fork)).rejects.toMatchObject({ fault: { code: 'FORK_REFUSED' } });
  },
  300_000,
);

here.test(
  'files that are not those of the commit are warned of, and make another image',
  async () => {
    const { run, root } = place();
    const clean = (await run({}, { push: 'false' })).report;
    writeFileSync(join(root, 'new file'), 'x');
    const { notes, built: image } = (await run({}, { push: 'false' })).report;
    expect(notes).toEqual([
      { kind: 'warning', text: '1 of the files that the build sees are not as in the commit: new file' },
    ]);
    expect(image?.digest).not.toBe(clean.built?.digest);
  },
  300_000,
);

here.test(
  'what `.dockerignore` keeps from the build makes no other image',
  async () => {
    const { run, root } = place(hello, { '.dockerignore': '*.xml\n' });
    const first = (await run()).report;
    writeFileSync(join(root, 'junit.xml'), '<testsuite/>');
    const { result, notes, built: image } = (await run()).report;
    expect([result, notes, image?.digest]).toEqual(['unchanged', [], first.built?.digest]);
  },
  300_000,
);

here.test(
  'several platforms are pushed as one index, and found again; what looks at one of them is told so',
  async () => {
    const sbom = String.raw`arm=$(tr -d ' \n' <"$IMAGE_LAYOUT/blobs/sha256/${'${IMAGE_DIGEST#sha256:}'}" | grep -o 'sha256:[0-9a-f]*","size":[0-9]*,"platform":{"architecture":"arm64"' | cut -c1-71); printf '{"bomFormat":"CycloneDX","metadata":{"component":{"type":"container","version":"%s"}},"components":[{"name":"Dockerfile"}]}' "$arm" >"$IMAGE_SBOM"`;
    const { run, registry } = place('FROM scratch\nCOPY Dockerfile /\n', { 'landfall.yml': 'image:\n  scan:\n    looks: "true"\n' }); // prettier-ignore
    const inputs = { platforms: ['linux/amd64, linux/arm64'], sbom };
    const { built: image, notes } = (await run(inputs)).report;
    expect(notes.map(({ text }) => text)).toEqual([
      'the image is for linux/amd64, linux/arm64; most scanners look at one of these, unless their commands name each',
      'the list of parts is of linux/arm64 alone; the image is also for linux/amd64',
    ]);
    expect(image?.sbom?.platform).toBe('linux/arm64');
    expect(image?.platforms.map(({ platform, layers }) => [platform, layers])).toEqual([
      ['linux/amd64', 1],
      ['linux/arm64', 1],
    ]);
    expect(await digestOf(registry, 'main')).toBe(image?.digest);
    const again = (await run(inputs)).report;
    expect([again.result, again.built?.platforms]).toEqual(['unchanged', image?.platforms]);
  },
  300_000,
);

here.test('all that is wrong is said at once', async () => {
  const { run } = place(hello, { 'landfall.yml': 'image:\n  contxt: .\n  tags: [latest]\n' });
  const inputs = {
    image: 'https://Example/App',
    'build-args': ['x y', 'A=geheim1'],
    platforms: ['amd64'],
    cache: 'disk',
  };
  await expect(run(inputs, { secrets: 'EMPTY=\nA=geheim1', username: 'u' })).rejects.toMatchObject({
    fault: {
      code: 'INPUT_INVALID',
      problems: [
        { where: 'landfall.yml', line: 2, what: 'image.contxt: there is no such key', next: 'did you mean context?' },
        { where: 'input build-args', what: 'line 1 is no `NAME=value`' },
        { where: 'input cache' },
        { where: 'input platforms' },
        { where: 'input image', what: 'an image name begins with the registry, not with https://' },
        { where: 'input image' },
        { where: 'landfall.yml', line: 3, what: 'latest is no rule of tags' },
        { where: 'input secrets', what: 'EMPTY is empty' },
        { where: 'input password' },
      ],
    },
  });
});
