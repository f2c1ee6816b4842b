import type { Digest, ImageReport } from '#plan';

/** What a list says of itself. */
export type Sbom = Omit<NonNullable<ImageReport['sbom']>, 'file' | 'digest'>;

/** Media types of SPDX and CycloneDX as JSON: what an artifact beside the image is called. */
export const sbomTypes = {
  spdx: 'application/spdx+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
} as const;

type Named = {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly type?: unknown;
  readonly purl?: unknown;
};
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

/** The image that a list is to be about: its own digest, and those of its platforms. */
type Image = Pick<ImageReport, 'digest' | 'platforms'>;

/**
 * Reads a list of what an image holds: CycloneDX 1.x or SPDX 2.x as JSON. It must name one component at least; and where it says of
 * which image it is, as scanners of images do (syft: the version; trivy: the purl, too), that must be this one, or a platform of it. Pure.
 */
export const readSbom = (text: string, image: Image): Read => {
  let json: Json | null;
  try {
    json = JSON.parse(text) as Json | null;
  } catch {
    return { wrong: 'it is no JSON' };
  }
  if (typeof json !== 'object' || json === null) return { wrong: 'it is no JSON object' };
  if (json.bomFormat === 'CycloneDX') {
    const { component } = json.metadata ?? {};
    const about = component?.type === 'container' ? [component.version, inPurl(component.purl)] : [];
    return judged('cyclonedx', listOf(json.components), about, image);
  }
  if (typeof json.spdxVersion === 'string' && json.spdxVersion.startsWith('SPDX-')) {
    const packages = listOf(json.packages) as readonly Package[];
    const images = packages.filter(({ primaryPackagePurpose }) => primaryPackagePurpose === 'CONTAINER');
    const rest = packages.filter((one) => !images.includes(one));
    return judged('spdx', rest, images.map(({ versionInfo }) => versionInfo), image); // prettier-ignore
  }
  return { wrong: 'it is neither SPDX nor CycloneDX' };
};

/** `pkg:oci/NAME@sha256%3A…`: the package URL of an image. */
const inPurl = (purl: unknown): string | undefined => {
  const hex = typeof purl === 'string' ? /^pkg:oci\/[^@]+@sha256(?::|%3A)([0-9a-f]{64})/i.exec(purl)?.[1] : undefined;
  return hex === undefined ? undefined : `sha256:${hex}`;
};

const listOf = (value: unknown): readonly Named[] =>
  Array.isArray(value) ? value.filter((one): one is Named => typeof one === 'object' && one !== null) : [];

const judged = (
  format: Sbom['format'],
  all: readonly Named[],
  about: readonly unknown[],
  { digest, platforms }: Image,
): Read => {
  const named = about.filter((one): one is Digest => typeof one === 'string' && one.startsWith('sha256:'));
  const other = named.find((one) => one !== digest && platforms.every((platform) => platform.digest !== one));
  if (other !== undefined) return { wrong: `it is about ${other}` };
  const components = all.filter(({ name }) => typeof name === 'string' && name !== '').length;
  if (components === 0) return { wrong: 'it names no component' };
  const [names] = named;
  if (names === undefined) return { sbom: { format, components } };
  const platform = names === digest ? undefined : platforms.find((one) => one.digest === names)?.platform;
  return { sbom: { format, components, names, ...(platform === undefined ? {} : { platform }) } };
};
