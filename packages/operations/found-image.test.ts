import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { buildLab, digestOf, hello } from '../../test/lab/build-lab.ts';
import { commitAll, folder, git } from '../../test/lab/repository.ts';

const { here, place } = await buildLab();

here.test(
  'an image that is found is scanned before it gets a tag: what is demanded now was seen by this run',
  async () => {
    const config = join(folder('config'), 'landfall.yml');
    const scan = (command: string): string => {
      writeFileSync(config, `image:\n  scan:\n    looks: ${JSON.stringify(command)}\n`);
      return config;
    };
    const { run, registry } = place();
    const first = (await run()).report;
    const digest = first.built?.digest ?? '';
    const release = { ref: 'refs/tags/v1.2.3' };
    const bad = (await run({}, { config: scan('echo CVE-2026-1 is critical; exit 9') }, release)).report;
    expect(bad).toMatchObject({ result: 'failed', fault: { code: 'VERDICT_FAILED' }, built: { origin: 'found', digest }, scan: { verdict: 'failed', commands: [{ name: 'looks', exit: 9 }] } }); // prettier-ignore
    expect(await digestOf(registry, '1.2.3')).toBeUndefined();
    // every blob of it is there, as its digest says
    const whole =
      'cd "$IMAGE_LAYOUT/blobs/sha256" && test -e "${IMAGE_DIGEST#sha256:}" && test "$(ls | wc -l)" = 4 && for blob in *; do test "$(sha256sum <"$blob")" = "$blob  -"; done && grep -q "$IMAGE_DIGEST" ../../index.json ../../oci-layout ../../index.json';
    for (const build of ['auto', 'never'] as const) {
      const { report } = await run({}, { config: scan(whole), build }, release);
      expect(report).toMatchObject({ built: { origin: 'found', digest, steps: [] }, scan: { verdict: 'passed' } });
      expect(report.timeline.map(({ id }) => id)).toEqual(['look', 'fetch', 'scan', 'tags', ...(build === 'auto' ? ['tag'] : [])]); // prettier-ignore
    }
    expect(await digestOf(registry, '1.2.3')).toBe(digest);
  },
  300_000,
);

here.test(
  'the list of what a found image holds is made where there is none, without a build',
  async () => {
    const { run, root } = place(`${hello}RUN ["/bin/busybox", "sh", "-c", "head -c 9 /dev/urandom > /odd"]\n`);
    const { digest } = (await run()).report.built ?? {};
    const sbom = `printf '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"%s"}]}' "$IMAGE_DIGEST" >"$IMAGE_SBOM"`; // prettier-ignore
    const { built: made } = (await run({ sbom })).report;
    expect(made).toMatchObject({ origin: 'found', digest, sbom: { components: 1 } });
    expect(readFileSync(made?.sbom?.file ?? '', 'utf8')).toContain(digest);
    const { built: kept, timeline } = (await run({ sbom: 'false' })).report;
    expect([kept?.sbom?.digest, timeline.map(({ id }) => id)]).toEqual([made?.sbom?.digest, ['look', 'tags']]);
    writeFileSync(join(root, 'Dockerfile'), `${hello}LABEL more=1\n`);
    commitAll(root);
    const never = (await run({ sbom }, { build: 'never' })).report;
    expect(never).toMatchObject({ fault: { code: 'IMAGE_MISSING' } });
  },
  300_000,
);

here.test(
  'of two runs on one branch the older does not move its tag back: by history, or by time where there is none',
  async () => {
    const { run, root, registry, commit } = place('FROM scratch\nCOPY Dockerfile /\n');
    const shallow = folder('shallow');
    git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, shallow);
    writeFileSync(join(root, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\nLABEL more=1\n');
    process.env['GIT_COMMITTER_DATE'] = `@${Math.floor(Date.now() / 1000) + 60} +0000`;
    commitAll(root);
    delete process.env['GIT_COMMITTER_DATE'];
    const newest = (await run()).report.built?.digest;
    const sha = `sha-${commit.slice(0, 12)}`;
    const older = (await run({}, {}, {}, shallow)).report;
    expect([older.result, older.built?.origin, older.built?.tags]).toEqual(['done', 'built', [{ tag: sha, was: 'nothing' }]]); // prettier-ignore
    expect(older.notes).toMatchObject([{ kind: 'warning', text: expect.stringContaining('main stays where it is') }]);
    git(root, 'checkout', '--quiet', '--detach', commit);
    const found = (await run()).report;
    expect([found.result, found.built?.origin, found.built?.tags, found.notes.length]).toEqual(['unchanged', 'found', [{ tag: sha }], 1]); // prettier-ignore
    expect(await digestOf(registry, 'main')).toBe(newest);
    // one that has its own history moves it, whatever its time says
    writeFileSync(join(root, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\nLABEL more=2\n');
    commitAll(root);
    const { built } = (await run()).report;
    expect(built?.tags.at(-1)).toEqual({ tag: 'main', was: newest });
  },
  300_000,
);
