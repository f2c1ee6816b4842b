import type { ReadFile } from '#config';
import type { Clock } from '#plan';
import type { CertificateClient } from './certificate.ts';
import type { HttpClient } from './http.ts';
import type { Reach } from './through-host.ts';
import type { Values } from './placeholders.ts';
import type { WebSocketClient } from './websocket.ts';

/** What checks are run with. */
export type Setting = {
  /** The target's address, which paths are put behind. */
  readonly url?: string;
  readonly client: HttpClient;
  readonly webSocket: WebSocketClient;
  readonly certificate: CertificateClient;
  readonly clock: Clock;
  /** The values of `$NAME`: only those names that checks may use. None of them is ever shown. */
  readonly env: Values;
  /** The host, for checks that are made from there. */
  readonly reach?: Reach;
  /** Files of the checkout, for checks that send some. */
  readonly read?: ReadFile;
  /** Ends the waiting; what was not found good by then has failed. */
  readonly signal?: AbortSignal;
  /** By `clock.now()`: no try begins later, except each check's first. */
  readonly deadline?: number;
  /** A line for the log. */
  readonly show: (line: string) => void;
};
