/** Lines of a file, from 1, both included. */
export type Span = { readonly from: number; readonly to: number };

/** What a change adds to a file or alters in it. */
export type ChangedFile = {
  /** Sorted, apart from each other. */
  readonly lines: readonly Span[];
  /** Of these the ones that hold more than blanks or a comment of one line. */
  readonly code: readonly Span[];
};

/** What a change is compared with: a commit, and how people call it. */
export type Base = { readonly name: string; readonly commit: string };

/** What has changed since the base, or one line that says why nobody knows. Deleted and binary files have no lines. */
export type Changes =
  | { readonly known: true; readonly base: Base; readonly files: ReadonlyMap<string, ChangedFile> }
  | { readonly known: false; readonly why: string };

/** A file of the commit. What is no text has none. */
export type TrackedFile = {
  /** With `/`; a name that is not UTF-8 has � in it. */
  readonly path: string;
  /** `large` ones, of more than 100 MiB, are not read, and neither is what is no regular file: `other`, a symlink or a submodule. */
  readonly kind: 'text' | 'binary' | 'large' | 'other';
  readonly bytes: number;
  readonly text?: string;
};

/** What GitHub says of the change that a run is about. Commits are full ids, branches short names. */
export type ChangeEvent = {
  readonly pull?: { readonly base: string; readonly baseCommit: string; readonly head: string };
  readonly defaultBranch?: string;
  /** The branch that was pushed to. */
  readonly branch?: string;
  /** Where that branch was before. */
  readonly before?: string;
  /** The tag that was pushed, or that the run was started for. */
  readonly tag?: string;
};
