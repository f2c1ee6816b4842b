/** A WebSocket that is kept open and opened anew when it ends, as a browser's page does. */
export type Line = {
  readonly says: string;
  /**
   * Opens one and resolves when it has ended, with the code that the client saw; without one where it never opened. `greeted` is called
   * when the server has said what the check waits for, or has taken it where it waits for nothing. Never rejects.
   */
  readonly open: (greeted: () => void, signal: AbortSignal) => Promise<{ readonly code?: number }>;
};

/** What became of one over a switch. Times in ms. */
export type SocketSeen = { readonly says: string } & (
  | {
      readonly measured: true;
      /** Each time that it ended: the code (1006: without a word of the other end), and how long after the switch began. */
      readonly ends: readonly { readonly code: number; readonly ms: number }[];
      /** From its first end to the greeting after which it stayed. Left out: it did not end, or nobody greeted it again. */
      readonly back?: number;
    }
  | { readonly measured: false; readonly why: string }
);
