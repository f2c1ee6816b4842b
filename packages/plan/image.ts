import type { Digest } from './digest.ts';

/** One step of a build, as BuildKit names it: `[web 2/5] RUN make`. ms; a step that was cached has none. */
export type BuildStep = {
  readonly name: string;
  readonly outcome: 'done' | 'cached' | 'failed';
  readonly ms: number;
};

/** What one platform gets. */
export type PlatformImage = {
  /** `linux/amd64`, `linux/arm/v7`. */
  readonly platform: string;
  readonly digest: Digest;
  readonly layers: number;
  /** Bytes of the layers and the configuration, as they travel: compressed. */
  readonly bytes: number;
};

/** A tag that names the image now. `was`: what it named before, where that was another one. */
export type ImageTag = { readonly tag: string; readonly was?: Digest | 'nothing' };

/** An image, and how it came to be. */
export type ImageReport = {
  /** `registry/repository@digest`. */
  readonly image: string;
  readonly digest: Digest;
  /** `built`: by this run; `found`: the registry had it for this commit, made from the same inputs. */
  readonly origin: 'built' | 'found';
  readonly platforms: readonly PlatformImage[];
  /** Empty where it was found. */
  readonly steps: readonly BuildStep[];
  /** Tags that name it now; empty where nothing was pushed. */
  readonly tags: readonly ImageTag[];
  /** Left out where nothing was pushed. `bytes` of what was missing there. */
  readonly pushed?: { readonly bytes: number; readonly blobs: number; readonly there: number };
  readonly sbom?: {
    readonly format: 'spdx' | 'cyclonedx';
    readonly file: string;
    readonly components: number;
    readonly digest: Digest;
    /** The image that the list says it is of: this one, or a platform of it. Left out where it names none: then only its command knows. */
    readonly names?: Digest;
    /** Of several, the only one that the list names. */
    readonly platform?: string;
  };
  /** Left out where there is none. `url`: the page of one that this run has made. */
  readonly attestation?: { readonly url?: string };
};
