/** What people may want to hear of an action. */
export type NoticeEvent = 'success' | 'failure' | 'undone' | 'held' | 'reverted';

/** Who is told: the names of the environment variables that hold the address, and the key for signing. */
export type Receiver = {
  readonly kind: 'slack' | 'teams' | 'webhook';
  readonly url: string;
  readonly secret?: string;
  readonly on: readonly NoticeEvent[];
};

/** A release that a host took back by itself, of which nobody was told yet. */
export type Reverted = {
  readonly number: number;
  readonly release: string;
  readonly previous: string;
  /** Its undo failed: the target waits for a person. */
  readonly held: boolean;
  /** One line for people: what, when and why. */
  readonly says: string;
  /** ISO 8601, by the host's clock. */
  readonly at: string;
};

/** Sends one message; ends within `limit` ms. `status` is left out where there was no answer; `said` is the first word or so of it. */
export type Post = (request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limit: number;
}) => Promise<{ readonly status?: number; readonly said: string }>;
