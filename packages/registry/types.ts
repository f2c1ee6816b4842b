import type { Readable } from 'node:stream';
import type { Result } from '#fault';
import type { Clock, Digest } from '#plan';

/** An image's name in its parts: `registry/repository:tag@digest`. The registry is written out, `docker.io` too. */
export type ImageName = {
  /** `host` or `host:port`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
};

/** What identifies content, in OCI's words: its digest, its length in bytes, its media type. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly platform?:
    { readonly os: string; readonly architecture: string; readonly variant?: string | undefined } | undefined;
};

/** A manifest or an index as it lies in a registry: `bytes` are what `digest` is of. */
export type Manifest = Descriptor & { readonly bytes: Buffer; readonly json: ManifestJson };

/** What is read of manifests and indexes; they hold more. */
export type ManifestJson = {
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly config?: Descriptor | undefined;
  readonly layers?: readonly Descriptor[] | undefined;
  readonly manifests?: readonly Descriptor[] | undefined;
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
};

/** Content that is to be pushed: an image layout on disk, or one in memory. */
export type OciLayout = {
  /** What the tags shall name: an image's manifest, or an index of several. */
  readonly root: Descriptor;
  readonly has: (digest: Digest) => boolean;
  /** The content of a digest, from an offset on. */
  readonly read: (digest: Digest, from?: number) => Readable;
};

/** What a push did. Bytes are those of content that was missing. */
export type Pushed = {
  readonly digest: Digest;
  readonly bytes: number;
  readonly blobs: number;
  readonly there: number;
};

/** An artifact that belongs to an image. */
export type Attached = {
  /** Of the artifact's manifest. */
  readonly digest: Digest;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
};

export type Credentials = { readonly username: string; readonly password: string };

export type RegistryOptions = {
  readonly name: Pick<ImageName, 'registry' | 'repository'>;
  /** None: Docker's configuration file is asked, and what that has nothing for is asked anonymously. */
  readonly credentials?: Credentials | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Certificates of authorities, PEM, beside those that Node knows (NODE_EXTRA_CA_CERTS). */
  readonly ca?: string | undefined;
  /** How long it may take altogether to be let in by a busy or failing registry, for one question: ms. 120,000 unless given. */
  readonly patience?: number | undefined;
  /** Lines for people: what is waited for, and what travels. */
  readonly show?: (line: string) => void;
};

/**
 * One repository of a registry (OCI distribution 1.1). Nothing throws but streams.
 * Faults of all: `REGISTRY_REFUSED` (login, rights, any other 4xx), `REGISTRY_BUSY` (429 for longer than is waited), `REGISTRY_UNREACHABLE`
 * (no connection, certificate, 5xx after retries), `CANCELLED`; `IMAGE_DIFFERS` where content is not that of its digest.
 */
export type Registry = {
  readonly name: Pick<ImageName, 'registry' | 'repository'>;
  /** The digest that a tag names; undefined: there is no such tag. One HEAD, which limits of pulls do not count. */
  readonly digestOf: (tag: string) => Promise<Result<Digest | undefined>>;
  /** A manifest or an index by tag or digest, proven by hash; undefined: it is not there. */
  readonly manifest: (reference: string) => Promise<Result<Manifest | undefined>>;
  /**
   * The content of a blob. A dropped connection is taken up again where it broke off. The stream ends only if length and hash are
   * right, else it is destroyed with a Failure: what was read until then is not proven. Further fault: `IMAGE_UNKNOWN`.
   */
  readonly blob: (of: Pick<Descriptor, 'digest' | 'size'>) => Promise<Result<Readable>>;
  /** Sends what is missing: blobs, then manifests, children first; then it names it, as `tag` does. */
  readonly push: (layout: OciLayout, tags: readonly string[]) => Promise<Result<Pushed>>;
  /** Names what is there by these tags, in this order, and asks afterwards what each names. Further faults: `IMAGE_UNKNOWN`. */
  readonly tag: (digest: Digest, tags: readonly string[]) => Promise<Result<undefined>>;
  /** Adds an artifact to an image that is there (`subject`). Added twice, it is there once. */
  readonly attach: (
    subject: Digest,
    artifact: Pick<Attached, 'artifactType' | 'bytes'> & Partial<Pick<Attached, 'annotations'>>,
  ) => Promise<Result<Digest>>;
  /** The artifacts of an image, of one type; empty: none. */
  readonly attached: (subject: Digest, artifactType: string) => Promise<Result<readonly Attached[]>>;
  /** Ends its connections; whoever asks again opens new ones. */
  readonly close: () => void;
};

/** Where an image is read from: a registry, or a layout that is given as if it were one. */
export type Source = Pick<Registry, 'name' | 'manifest' | 'blob'>;
