import type { Fault } from '#fault';
import type { Digest } from './digest.ts';
import type { EvidenceRow } from './evidence.ts';
import type { ChangeEvent } from './changes.ts';
import type { ImageReport } from './image.ts';
import type { Approval } from './github.ts';
import type { Reverted } from './notices.ts';
import type { Role } from './role.ts';
import type { ScanReport } from './scan.ts';
import type { SocketSeen } from './sockets.ts';

/** `user@address` or `user@address:port`, as people write it. */
export type HostName = string;
/** `<sha7>-<hash4>`: the commit, and a hash of all that makes the release (files, environment variables, dependencies, services). */
export type ReleaseId = string;
export type StepId = string;

/**
 * What runs the services on a host: a supervisord of the deploy user, its own systemd, the host's, the host's by units that root has
 * written, or what ran them before Landfall came.
 */
export type Manager = 'supervisor' | 'systemd' | 'system' | 'units' | 'adopted';

/** A service of the application, as its manager runs it. Durations in ms. */
export type Service = {
  readonly name: string;
  /** Words, never a shell line: the first is found in the release's environment, then on PATH. */
  readonly command: readonly string[];
  readonly role: Role;
  /** How long it may take to stop. */
  readonly drain: number;
  /** How long it may take to come up. */
  readonly boot: number;
  /** `address:port` or `port` that the service itself must listen on before it counts as up. */
  readonly listen?: string;
  /** `Key=value` lines of its unit, where systemd runs it. */
  readonly unit?: readonly string[];
};

/** What runs this: a workflow run, or a person's machine. `token` is one a job, `driver` one a process. */
export type RunContext = {
  readonly repository: string;
  readonly runId: string;
  readonly attempt: number;
  readonly runNumber: number;
  readonly workflow: string;
  readonly actor: string;
  /** Who started this attempt, where that is another person. */
  readonly restartedBy?: string;
  /** The page of the run. */
  readonly url: string;
  readonly token: string;
  readonly driver: string;
  /** The job's name in its workflow, and the step's in the job: each is the same in every run, and in all shards of a matrix. */
  readonly job?: string;
  readonly step?: string;
  /** What started the run, as GitHub names it: `push`, `workflow_dispatch`, … */
  readonly event?: string;
  /** The commit that the run is of. */
  readonly sha?: string;
  /** And its ref: `refs/heads/main`, `refs/pull/7/merge`. */
  readonly ref?: string;
  readonly change?: ChangeEvent;
  /** The run is about commits of this other repository, which anybody may have written. */
  readonly fork?: string;
};

/** How the open transaction is taken back; chosen before the switch. `none`: a first deploy, whose services are stopped and removed. */
export type Undo = { readonly kind: 'code'; readonly to: ReleaseId } | { readonly kind: 'none' };

/** What a step does, as data: a program on the host with its input, or something the runner does itself. */
export type Call =
  | { readonly program: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly runner: 'checks' | 'gap' | 'upload'; readonly input: Readonly<Record<string, unknown>> };

export type Step = {
  readonly id: StepId;
  /** A host, or `runner`. */
  readonly on: HostName;
  /** One line for people, shown in the plan, the log and the summary. */
  readonly says: string;
  readonly call: Call;
  /** Under the mutex, fenced by the transaction's number. */
  readonly exclusive: boolean;
  /** `finish`: detached on the host, not cut by a cancel or a lost connection. */
  readonly interrupt: 'kill' | 'finish';
  readonly needs?: { readonly bytes?: number; readonly seconds?: number };
};

/** Something the reader of a plan should know: a detected value and why, or a warning. */
export type Note = { readonly kind: 'detected' | 'warning' | 'info'; readonly text: string };

export type Plan = {
  readonly action: string;
  readonly target: string;
  readonly host: HostName;
  readonly release: ReleaseId;
  /** The release that serves now. */
  readonly live?: ReleaseId;
  readonly path: 'online' | 'unchanged';
  readonly undo: Undo;
  readonly waves: readonly (readonly Step[])[];
  readonly notes: readonly Note[];
};

/** What an action did, in one word. The first three exit 0. */
export type Outcome = 'done' | 'unchanged' | 'planned' | 'refused' | 'failed' | 'undone' | 'held';

/** A step as it went. Times in ms. */
export type Timed = {
  readonly id: StepId;
  readonly says: string;
  readonly ms: number;
  readonly ok: boolean;
  /** One line more: what came of it. */
  readonly note?: string;
};

/** How long the public URL was unanswered during the switch. */
export type Gap =
  | { readonly measured: true; readonly ms: number; readonly requests: number; readonly bad: number }
  | { readonly measured: false; readonly why: string };

/** A process of a service, seen from outside the application: which release its working directory is. */
export type Process = {
  readonly service: string;
  readonly pid: number;
  /** `-` when there is none. */
  readonly release: ReleaseId;
  readonly verdict: 'ok' | 'stale' | 'missing';
};

/** How long the requests of one check took: ms. `p95`: 95 of 100 took at most this, by the nearest rank. */
export type Times = { readonly count: number; readonly p95: number; readonly max: number };

/** One check and what came of it. */
export type Checked = {
  readonly says: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly tries: number;
  /** Where the check asks several times to measure. */
  readonly times?: Times;
  /** What was expected and what was found, when it failed. Never holds a secret. */
  readonly found?: string;
};

/** Who, and when (ISO 8601, by the host's clock). */
export type Signed = { readonly by: string; readonly at: string };

/** What a host's journal keeps of a transaction and of the people around it. */
export type TransactionRecord = {
  readonly transaction: string;
  readonly release: ReleaseId;
  readonly opened?: Signed;
  readonly approvals: readonly Approval[];
  /** ISO 8601. */
  readonly confirmedAt?: string;
  /** Who looked at it later and stands for it, oldest first. */
  readonly verified: readonly Signed[];
};

/** The evidence of one action: the JSON report, the summary and the log's last lines are views of it. */
export type Report = {
  readonly v: 1;
  readonly action: string;
  readonly result: Outcome;
  /** One line: what happened, to which release, where. */
  readonly verdict: string;
  readonly target?: string;
  readonly host?: HostName;
  readonly url?: string;
  /** `t42`. */
  readonly transaction?: string;
  readonly release?: ReleaseId;
  readonly previous?: ReleaseId;
  readonly commit?: string;
  /** What the release runs: `registry/repository@sha256:…`. */
  readonly image?: string;
  readonly run?: { readonly url: string; readonly actor: string };
  /** Who let the run go on, by GitHub's word; empty: nobody had to. Left out where GitHub did not say. */
  readonly approvals?: readonly Approval[];
  /** What the host keeps of the transaction that was signed off. */
  readonly record?: TransactionRecord;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly ms: number;
  readonly timeline: readonly Timed[];
  readonly gap?: Gap;
  /** What became of the WebSockets that checks name, over the switch. Left out where no check names one. */
  readonly sockets?: readonly SocketSeen[];
  readonly processes: readonly Process[];
  readonly checks: readonly Checked[];
  /** What tests and scans came to, where they were run. */
  readonly scan?: ScanReport;
  /** The image that was built or found. */
  readonly built?: ImageReport;
  /** The line a person pastes to take the release back, and, while unconfirmed, the hour (ISO 8601) at which the host does it by itself. */
  readonly undo?: { readonly line: string; readonly by?: string; readonly to?: ReleaseId };
  readonly notes: readonly Note[];
  /** What the host did by itself before this action, told here for the first time. */
  readonly reverted?: readonly Reverted[];
  /** The chain of evidence, as it was when the action ended; `head` is the digest of its last link. */
  readonly evidence?: {
    readonly links: readonly EvidenceRow[];
    readonly head: Digest;
    /** The document on the runner. */
    readonly file?: string;
  };
  readonly plan?: Plan;
  readonly fault?: Omit<Fault, 'cause'>;
};
