import { overwritten } from './tail.ts';

/** Bytes of one output that the log shows. */
export const mostShown = 8 * 1024 * 1024;
/** Bytes of one line that are held while its end is waited for. */
const longest = 64 * 1024;

/** Turns chunks of an output into lines for the log, up to a bound. */
export type Printer = {
  readonly push: (chunk: Buffer) => void;
  /**
   * The last line, where it has no end; and, where not all was shown, the lines that the output ends with. `total`: its bytes, where
   * not all were pushed.
   */
  readonly end: (last: readonly string[], total?: number) => void;
};

/**
 * Shows an output line by line, up to 8 MiB: masking is done on whole lines. Of a line that is longer than 64 KiB what cannot
 * hold a part of a word is shown.
 */
export const printer = (show: (line: string) => void): Printer => {
  let rest = Buffer.alloc(0);
  let told = 0;
  let left = 0;
  let skipping = false;
  const line = (bytes: Buffer): void => {
    if (skipping) left += bytes.length;
    else show(overwritten(bytes.toString('utf8')));
    skipping = false;
  };
  const take = (chunk: Buffer): void => {
    let all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let at = all.indexOf(10); at >= 0; at = all.indexOf(10)) {
      line(all.subarray(0, at));
      all = all.subarray(at + 1);
    }
    if (all.length > longest) {
      if (!skipping) show(`${all.subarray(0, Math.max(0, all.lastIndexOf(32, longest))).toString('utf8')} …`);
      skipping = true;
      left += all.length;
      all = Buffer.alloc(0);
    }
    rest = Buffer.from(all);
  };
  return {
    push: (chunk) => {
      const room = Math.max(0, mostShown - told);
      told += chunk.length;
      left += Math.max(0, chunk.length - room);
      if (room > 0) take(chunk.subarray(0, room));
    },
    end: (last, total = told) => {
      if (total <= mostShown) {
        if (rest.length > 0) line(rest);
        return;
      }
      left += total - told;
      show(`… ${Math.ceil(left / 1024)} KiB of output are not shown here; it ends with:`);
      last.forEach(show);
    },
  };
};
