/** Time as it is handed to those who measure or wait, so that tests need not. */
export type Clock = {
  /** Milliseconds that only grow; from no particular beginning. */
  readonly now: () => number;
  /** Waits. Resolves early, without an error, when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};
