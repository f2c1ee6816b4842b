/** What GitHub answered, or why there is no answer: with what would help, for a person. `final`: asking again is of no use. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string; readonly final: boolean };

/** A workflow run as GitHub knows it. */
export type WorkflowRun = {
  readonly id: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The newest attempt: what `status` is about. */
  readonly attempt: number;
  /** `queued`, `in_progress`, `waiting`, `completed`, … */
  readonly status: string;
  /** `success`, `failure`, `cancelled`, …; empty while it is not completed. */
  readonly conclusion: string;
};

/** GitHub's API for the repository of this run, as far as it is used. Nothing throws; each call ends within seconds. */
export type GitHub = {
  /** Needs `actions: read`. */
  readonly run: (id: string) => Promise<Answer<WorkflowRun>>;
};
