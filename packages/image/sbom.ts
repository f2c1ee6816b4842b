import type { Digest } from '#plan';

export type Sbom = { readonly format: 'spdx' | 'cyclonedx'; readonly components: number };

/** Media types of SPDX and CycloneDX as JSON: what an artifact beside the image is called. */
export const sbomTypes = {
  spdx: 'application/spdx+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
} as const;

type Named = { readonly name?: unknown; readonly version?: unknown; readonly type?: unknown };
type Json = {
  readonly bomFormat?: unknown;
  readonly specVersion?: unknown;
  readonly components?: unknown;
  readonly metadata?: { readonly component?: Named };
  readonly spdxVersion?: unknown;
  readonly packages?: unknown;
};
type Package = { readonly name?: unknown; readonly versionInfo?: unknown; readonly primaryPackagePurpose?: unknown };

type Read = { readonly sbom: Sbom } | { readonly wrong: string };

/**
 * Reads a list of what an image holds: CycloneDX 1.x or SPDX 2.x as JSON. It must name one component at least; and where it says of
 * which image it is, as scanners of layouts do, that must be one of `digests`. Pure.
 */
export const readSbom = (text: string, digests: readonly Digest[]): Read => {
  let json: Json | null;
  try {
    json = JSON.parse(text) as Json | null;
  } catch {
    return { wrong: 'it is no JSON' };
  }
  if (typeof json !== 'object' || json === null) return { wrong: 'it is no JSON object' };
  if (json.bomFormat === 'CycloneDX') {
    const { component } = json.metadata ?? {};
    const about = component?.type === 'container' ? component.version : undefined;
    return judged('cyclonedx', listOf(json.components), [about], digests);
  }
  if (typeof json.spdxVersion === 'string' && json.spdxVersion.startsWith('SPDX-')) {
    const packages = listOf(json.packages) as readonly Package[];
    const image = packages.filter(({ primaryPackagePurpose }) => primaryPackagePurpose === 'CONTAINER');
    const rest = packages.filter((one) => !image.includes(one));
    return judged('spdx', rest, image.map(({ versionInfo }) => versionInfo), digests); // prettier-ignore
  }
  return { wrong: 'it is neither SPDX nor CycloneDX' };
};

const listOf = (value: unknown): readonly Named[] =>
  Array.isArray(value) ? value.filter((one): one is Named => typeof one === 'object' && one !== null) : [];

const judged = (
  format: Sbom['format'],
  all: readonly Named[],
  about: readonly unknown[],
  digests: readonly Digest[],
): Read => {
  const other = about.find((one) => typeof one === 'string' && one.startsWith('sha256:') && !digests.includes(one as Digest)); // prettier-ignore
  if (typeof other === 'string') return { wrong: `it is about ${other}` };
  const components = all.filter(({ name }) => typeof name === 'string' && name !== '').length;
  return components === 0 ? { wrong: 'it names no component' } : { sbom: { format, components } };
};
