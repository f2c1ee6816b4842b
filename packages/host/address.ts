import type { HostName } from '#plan';

/** One SSH server, and what proves that it is the one. */
export type Hop = {
  readonly name: HostName;
  readonly user: string;
  readonly address: string;
  readonly port: number;
  /** known_hosts lines, or bare `type base64` lines. */
  readonly pins: string;
};

/** How to reach a host. */
export type HostOptions = Hop & {
  /** Jump hosts, in the order in which they are passed. The same key logs in to each. */
  readonly via?: readonly Hop[];
  /** A private key; else `agent`. */
  readonly key?: { readonly privateKey: string; readonly passphrase?: string };
  /** The socket of an SSH agent. */
  readonly agent?: string;
  /** The directory of releases on the host: steps are kept in `<base>/.landfall/steps/<driver>`. */
  readonly base: string;
  /** One random word a process. */
  readonly driver: string;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
  /** ms that a host may take to answer and log in. 20 s unless set. */
  readonly connectMs?: number;
  /** ms between signs of life; four without an answer are a lost connection. 15 s unless set. */
  readonly keepaliveMs?: number;
};
