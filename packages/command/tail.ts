import { stripVTControlCharacters } from 'node:util';

/** Bytes that are kept of the end of an output. */
const kept = 16 * 1024;
/** Lines of it that are told. */
const most = 30;

/** The last lines of an output, whatever its length. */
export type Tail = { readonly push: (chunk: Buffer) => void; readonly lines: () => readonly string[] };

/** Keeps the end of what is pushed. A line that is not whole there is left out: half a secret could not be masked. */
export const tail = (): Tail => {
  let end = Buffer.alloc(0);
  let cut = false;
  return {
    push: (chunk) => {
      const both = Buffer.concat([end, chunk.subarray(-kept - 1)]);
      cut ||= both.length > kept || chunk.length > kept;
      end = both.subarray(-kept);
    },
    lines: () => {
      const text = (cut ? end.subarray(end.indexOf(10) + 1 || end.length) : end).toString('utf8');
      const lines = text.split('\n').map(shown);
      return lines.filter((line, at) => line !== '' || at < lines.length - 1).slice(-most);
    },
  };
};

/** A line without colours. */
const shown = (line: string): string => stripVTControlCharacters(overwritten(line)).trimEnd();

/** A line as a terminal would have left it: what stands before a `\r` is written over. */
export const overwritten = (line: string): string => line.replace(/\r+$/, '').replace(/^[^]*\r/, '');
