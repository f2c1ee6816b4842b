import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { buildLab, digestOf, hello } from '../../test/lab/build-lab.ts';
import { commitAll } from '../../test/lab/repository.ts';
import { folder } from '../../test/lab/repository.ts';

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
  120_000,
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
  120_000,
);
