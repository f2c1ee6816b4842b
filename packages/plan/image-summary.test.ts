import { expect, test } from '@jest/globals';
import { renderImage } from './image-summary.ts';
import type { ImageReport } from './image.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const found: ImageReport = {
  image: `registry.test/app@${digest}`,
  digest,
  origin: 'found',
  platforms: [{ platform: 'linux/amd64', digest, layers: 3, bytes: 2_500_000 }],
  steps: [],
  tags: [{ tag: 'sha-0123456789ab' }, { tag: 'main', was: `sha256:${'b'.repeat(64)}` }],
};

test('no image, no section', () => {
  expect(renderImage(undefined)).toEqual([]);
});

test('an image that was there', () => {
  expect(renderImage(found)).toEqual([
    '### Image',
    '',
    '|  |  |',
    '| --- | --- |',
    `| image | \`registry.test/app@${digest}\` |`,
    '| made | found in the registry: nothing was built |',
    `| tags | \`sha-0123456789ab\`<br>\`main\` (was \`sha256:${'b'.repeat(64)}\`) |`,
    '| pushed | nothing |',
    '| linux/amd64 | 3 layers, 2.5 MB compressed |',
  ]);
});

test('an image that was built, with its steps', () => {
  const steps = [
    { name: '[1/2] COPY | x', outcome: 'cached', ms: 0 },
    { name: '[2/2] RUN make', outcome: 'done', ms: 2000 },
  ] as const;
  const pushed = { bytes: 1_000_000, blobs: 2, there: 1 };
  const sbom = { format: 'spdx', file: '/t/sbom.json', components: 42, digest } as const;
  const lines = renderImage({
    ...found,
    origin: 'built',
    steps,
    pushed,
    sbom,
    tags: [{ tag: 'main', was: 'nothing' }],
  });
  expect(lines.slice(5)).toEqual([
    '| made | built; 1 of 2 steps were cached |',
    '| tags | `main` (new) |',
    '| pushed | 2 blobs, 1 MB; 1 were there |',
    '| linux/amd64 | 3 layers, 2.5 MB compressed |',
    '| holds | 42 components (spdx); the list does not name the image |',
    '',
    '<details><summary>Steps of the build</summary>',
    '',
    '|  | step | took |  |',
    '| --- | --- | ---: | --- |',
    '| ⚡ | \\[1/2\\] COPY &#124; x | cached |  |',
    '| ✓ | \\[2/2\\] RUN make | 2 s | ████████████████████ |',
    '',
    '</details>',
  ]);
});

test.each([
  [{ url: 'https://github.test/o/r/attestations/42' }, 'https://github.test/o/r/attestations/42'],
  [{}, 'found at GitHub'],
])('an attestation, with its page where it is known', (attestation, text) => {
  expect(renderImage({ ...found, attestation }).at(-1)).toBe(`| attested | ${text} |`);
});

test.each([
  [{ names: digest }, '42 components (spdx)'],
  [{ names: digest, platform: 'linux/arm64' }, '42 components (spdx); of linux/arm64 alone'],
])('what a list of parts names', (names, text) => {
  const sbom = { format: 'spdx', file: '/t/sbom.json', components: 42, digest, ...names } as const;
  expect(renderImage({ ...found, sbom }).at(-1)).toBe(`| holds | ${text} |`);
});

test('an image that was not pushed is named by its digest alone', () => {
  expect(renderImage({ ...found, origin: 'built', tags: [] })[4]).toBe(`| image | \`${digest}\` |`);
});
