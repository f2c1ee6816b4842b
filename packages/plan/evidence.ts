import type { Digest } from './digest.ts';

/** What every link says: when (ISO 8601), in which run, and the digest of the link before it; the first has none. */
type Linked = {
  readonly at: string;
  readonly run: { readonly url: string; readonly actor: string };
  readonly after?: Digest;
};

/**
 * One step of a commit's way to a server. The digest of a link is that of its canonical JSON (RFC 8785), so that none can be
 * changed, left out or put between without all that follow being wrong.
 */
export type Link = Linked &
  (
    | { readonly kind: 'commit'; readonly repository: string; readonly commit: string }
    | {
        readonly kind: 'tests';
        readonly verdict: 'passed' | 'failed' | 'incomplete';
        readonly tests: { readonly total: number; readonly failed: number; readonly skipped: number };
        readonly findings: number;
        /** Percent of lines; left out where none was measured. */
        readonly coverage?: number;
        /** Gates that could not look at everything, which was allowed by name. */
        readonly unchecked?: readonly string[];
        /** Of the section `scan` of the report, as it was delivered. */
        readonly report: Digest;
      }
    | {
        readonly kind: 'image';
        readonly image: string;
        readonly digest: Digest;
        /** Of several platforms, all that it has. */
        readonly platforms?: readonly string[];
        /** It was scanned, before it was pushed or given a tag. */
        readonly scan?: 'passed';
        /** Gates of that scan that could not look at everything, which was allowed by name. */
        readonly unchecked?: readonly string[];
        /** GitHub keeps a signed provenance of it for this repository. */
        readonly attested?: true;
      }
    | {
        readonly kind: 'sbom';
        readonly image: Digest;
        readonly format: 'spdx' | 'cyclonedx';
        readonly digest: Digest;
        /** The image that the list itself names: this one, or a platform of it; left out where it names none. */
        readonly names?: Digest;
        /** Of several, the only one that the list names. */
        readonly platform?: string;
      }
    | {
        readonly kind: 'deploy';
        readonly release: string;
        readonly transaction: string;
        readonly host: string;
        readonly target: string;
      }
    | { readonly kind: 'smoke'; readonly release: string; readonly passed: number; readonly failed: number }
  );

/**
 * The chain of one commit: one JSON document that grows from action to action. `head` is the digest of the last link: nothing
 * follows that link, and who keeps this one value elsewhere (a log, a summary, an attestation) can tell that the document is the same.
 */
export type Evidence = { readonly v: 1; readonly links: readonly Link[]; readonly head: Digest };

/** A link as people read it in reports. */
export type EvidenceRow = {
  readonly kind: Link['kind'];
  readonly what: string;
  readonly digest: Digest;
  readonly run: Linked['run'];
  readonly at: string;
};
