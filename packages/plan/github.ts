import type { Digest } from './digest.ts';

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

/** What may be said of a deployment. */
export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'inactive';

/** A deployment that GitHub's pages show, with the last that was said of it. */
export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly payload: unknown;
  readonly state: string;
  /** The page of the job that it was said by. */
  readonly logUrl: string;
};

export type DeploymentStatus = {
  readonly state: DeploymentState;
  /** At most 140 characters. */
  readonly description: string;
  readonly logUrl: string;
  /** Where the application is. */
  readonly url?: string;
};

/** Somebody let a run go on that waited for an environment. GitHub does not say when. */
export type Approval = {
  readonly environment: string;
  /** The account's name; empty where the account is gone. */
  readonly by: string;
};

/** A signed statement in Sigstore's form: docs.sigstore.dev/about/bundle */
export type Bundle = {
  readonly mediaType: string;
  readonly verificationMaterial: object;
  readonly dsseEnvelope: object;
};

/** Findings of a commit, for code scanning. */
export type SarifUpload = {
  /** The file's text. */
  readonly sarif: string;
  /** Full id of the commit that was looked at. */
  readonly commit: string;
  /** `refs/heads/…`, `refs/tags/…` or `refs/pull/…/merge`. */
  readonly ref: string;
  /** Where the checkout is, absolute. */
  readonly workspace: string;
  /** ISO 8601. */
  readonly startedAt: string;
};

/** GitHub's API for the repository of this run, as far as it is used. Nothing throws; each call ends within seconds. */
export type GitHub = {
  /** Needs `actions: read`. */
  readonly run: (id: string) => Promise<Answer<WorkflowRun>>;
  /** Who approved a run, in all its attempts. Needs `actions: read`. */
  readonly approvals: (id: string) => Promise<Answer<readonly Approval[]>>;
  /** The ten newest deployments to an environment. These three need `deployments: write`. */
  readonly deployments: (environment: string) => Promise<Answer<readonly Deployment[]>>;
  /** A new one, of a commit that GitHub knows; gives its id. */
  readonly deploy: (given: {
    readonly environment: string;
    readonly ref: string;
    readonly payload: Readonly<Record<string, unknown>>;
  }) => Promise<Answer<number>>;
  readonly say: (id: number, status: DeploymentStatus) => Promise<Answer<undefined>>;
  /** Gives a SARIF file to code scanning; gives the id under which it is taken in. Needs `security-events: write`. */
  readonly uploadSarif: (given: SarifUpload) => Promise<Answer<string>>;
  /** Whether it keeps provenance of a digest for this repository. Who signed it is not looked at. A private one needs `attestations: read`. */
  readonly attested: (digest: Digest) => Promise<Answer<boolean>>;
  /** Keeps a signed statement for this repository; gives its id, empty where GitHub tells none. Needs `attestations: write`. */
  readonly keepAttestation: (bundle: Bundle) => Promise<Answer<string>>;
};
