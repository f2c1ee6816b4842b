/** Where the parts of a marked stream go. */
export type Parts = {
  /** What came before the mark. */
  readonly noise: (chunk: Buffer) => void;
  /** The rest of the mark's line. */
  readonly mark: (rest: string) => void;
  readonly data: (chunk: Buffer) => void;
};

/** A stream that is being divided. At its end without a mark, all of it was noise. */
export type Divided = { readonly write: (chunk: Buffer) => void; readonly end: () => void };

/** Divides a stream at the first `token…\n`, which may stand anywhere in a line: noise need not end with a newline. */
export const divide = (token: string, parts: Parts): Divided => {
  let found = false;
  let held = Buffer.alloc(0);
  const write = (chunk: Buffer) => {
    if (found) {
      parts.data(chunk);
      return;
    }
    held = Buffer.concat([held, chunk]);
    const at = held.indexOf(token);
    const keep = at === -1 ? Math.max(0, held.length - token.length + 1) : at;
    if (keep > 0) parts.noise(held.subarray(0, keep));
    held = held.subarray(keep);
    const end = at === -1 ? -1 : held.indexOf(10);
    if (end === -1) return;
    found = true;
    parts.mark(held.subarray(token.length, end).toString('latin1').trim());
    if (end + 1 < held.length) parts.data(held.subarray(end + 1));
    held = Buffer.alloc(0);
  };
  return {
    write,
    end: () => {
      if (!found && held.length > 0) parts.noise(held);
      held = Buffer.alloc(0);
    },
  };
};
