import type { Duplex, Readable } from 'node:stream';
import type { Result } from '#fault';
import type { HostName } from '#plan';
import type { Input, Output, ProgramName } from '#remote';
import type { Listening } from './link.ts';
import type { Inside } from './reach.ts';

/** How a program is run, beside its input. */
export type How = {
  /** Ends the program and all its children on the host (TERM, after 5 s KILL); a `finish` program is left to the host. */
  readonly signal?: AbortSignal;
  /** The program's own stdin. */
  readonly body?: Readable | Buffer;
  /** Each line of prose (stderr), as it comes. */
  readonly onLine?: (line: string) => void;
};

/** A host, as operations see it. Nothing throws: what goes wrong is a fault. */
export interface Host {
  readonly name: HostName;
  /**
   * Runs one of the table's programs and returns what it printed, parsed.
   * A `finish` program runs detached: it survives this process, and is followed again after a lost connection.
   * Faults: `SSH_*`, `PROGRAM_*`, `CANCELLED`, and those of the program's exit code.
   */
  run<P extends ProgramName>(program: P, input: Input<P>, how?: How): Promise<Result<Output<P>>>;
  /**
   * A connection from the host to something inside it: an address, or a socket. Whoever asks ends it.
   * Faults: `SSH_*`, `CANCELLED`.
   */
  reach(to: Inside, signal?: AbortSignal): Promise<Result<Duplex>>;
  /**
   * Lets the host listen on a free port of its loopback while the connection lasts, and hands each connection to it to `handler`, which
   * may be anybody's on that host. Whoever asks closes it. Faults: `SSH_*`, `CANCELLED`.
   */
  serve(handler: (connection: Duplex) => void, signal?: AbortSignal): Promise<Result<Listening>>;
  close(): Promise<void>;
}
