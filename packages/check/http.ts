import type { Duplex } from 'node:stream';

/** One HTTP request, ready to be sent. */
export type HttpRequest = {
  readonly method: string;
  readonly url: URL;
  /** By name as written. `Host` also names the certificate that is expected. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** ms, from the first look-up of the name to the last byte of the body. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** An open connection to the server, in place of one that the client makes. */
  readonly over?: Duplex;
};

/** An answer, whole. */
export type Answer = {
  readonly answered: true;
  readonly status: number;
  /** By name in lower case; several of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each `Set-Cookie`, as it came. */
  readonly setCookies: readonly string[];
  /** At most the first {@link bodyLimit} bytes, read as UTF-8. */
  readonly body: string;
  /** The body was longer. */
  readonly cut: boolean;
  readonly ms: number;
};

/** Why there was no answer, in words. */
export type Unanswered = { readonly answered: false; readonly why: string; readonly ms: number };

/** Sends one request over a connection of its own. Never throws and follows no redirect. */
export type HttpClient = (request: HttpRequest) => Promise<Answer | Unanswered>;

/** How much of a body is read, in bytes. */
export const bodyLimit = 1_000_000;
