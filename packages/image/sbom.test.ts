import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Digest } from '#plan';
import { readSbom } from './sbom.ts';

const own: Digest = `sha256:${'a'.repeat(64)}`;
const other: Digest = `sha256:${'b'.repeat(64)}`;
const arm: Digest = `sha256:${'c'.repeat(64)}`;
const platforms = [{ platform: 'linux/arm64', digest: arm, layers: 1, bytes: 1 }];
const read = (json: unknown) => readSbom(JSON.stringify(json), { digest: own, platforms });

const container = (version: string) => ({ component: { type: 'container', name: 'app', version } });

test.each<[string, unknown, unknown]>([
  ['CycloneDX', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'django' }, {}] }, { sbom: { format: 'cyclonedx', components: 1 } }], // prettier-ignore
  ['CycloneDX about this image', { bomFormat: 'CycloneDX', metadata: container(own), components: [{ name: 'a' }] }, { sbom: { format: 'cyclonedx', components: 1, names: own } }], // prettier-ignore
  ['CycloneDX about another', { bomFormat: 'CycloneDX', metadata: container(other), components: [{ name: 'a' }] }, { wrong: `it is about ${other}` }], // prettier-ignore
  ['CycloneDX about a platform of it', { bomFormat: 'CycloneDX', metadata: container(arm), components: [{ name: 'a' }] }, { sbom: { format: 'cyclonedx', components: 1, names: arm, platform: 'linux/arm64' } }], // prettier-ignore
  ['CycloneDX with a package URL', { bomFormat: 'CycloneDX', metadata: { component: { type: 'container', name: 'app', purl: `pkg:oci/app@sha256%3A${'a'.repeat(64)}?arch=amd64` } }, components: [{ name: 'a' }] }, { sbom: { format: 'cyclonedx', components: 1, names: own } }], // prettier-ignore
  ['CycloneDX with that of another', { bomFormat: 'CycloneDX', metadata: { component: { type: 'container', name: 'app', purl: `pkg:oci/app@${other}` } }, components: [{ name: 'a' }] }, { wrong: `it is about ${other}` }], // prettier-ignore
  ['CycloneDX of nothing', { bomFormat: 'CycloneDX', components: [] }, { wrong: 'it names no component' }],
  ['SPDX', { spdxVersion: 'SPDX-2.3', packages: [{ name: 'app', versionInfo: own, primaryPackagePurpose: 'CONTAINER' }, { name: 'a' }, { name: 'b' }] }, { sbom: { format: 'spdx', components: 2, names: own } }], // prettier-ignore
  ['SPDX about another', { spdxVersion: 'SPDX-2.3', packages: [{ name: 'app', versionInfo: other, primaryPackagePurpose: 'CONTAINER' }, { name: 'a' }] }, { wrong: `it is about ${other}` }], // prettier-ignore
  ['SPDX of the image alone', { spdxVersion: 'SPDX-2.3', packages: [{ name: 'app', versionInfo: own, primaryPackagePurpose: 'CONTAINER' }] }, { wrong: 'it names no component' }], // prettier-ignore
  ['something else', { runs: [] }, { wrong: 'it is neither SPDX nor CycloneDX' }],
  ['null', null, { wrong: 'it is no JSON object' }],
])('%s', (_, json, result) => {
  expect(read(json)).toEqual(result);
});

test('no JSON', () => {
  expect(readSbom('<bom/>', { digest: own, platforms })).toEqual({ wrong: 'it is no JSON' });
});

test('what cyclonedx-bom 7.5.0 writes: `echo Django==5.2.1 | cyclonedx-py requirements - --of JSON --output-reproducible`', () => {
  const text = readFileSync(join(import.meta.dirname, 'fixtures/cyclonedx-py.json'), 'utf8');
  expect(readSbom(text, { digest: own, platforms })).toEqual({ sbom: { format: 'cyclonedx', components: 1 } });
});
