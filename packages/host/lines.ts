import { StringDecoder } from 'node:string_decoder';

/** Prose as it comes: lines, of which the last are kept. */
export type Lines = {
  readonly write: (chunk: Buffer) => void;
  /** Passes on a last line without its newline. */
  readonly end: () => void;
  readonly last: () => readonly string[];
  /** Bytes written so far. */
  readonly bytes: () => number;
};

const longest = 16_384;
const kept = 10;

/** Cuts bytes into lines. A line longer than 16 kB is passed on in pieces, so that memory stays bounded. */
export const lines = (onLine: (line: string) => void = () => undefined): Lines => {
  const decoder = new StringDecoder('utf8');
  const last: string[] = [];
  let open = '';
  let bytes = 0;
  const pass = (raw: string) => {
    const line = raw.replace(/\r$/, '');
    if (line.trim() !== '') last.push(line);
    if (last.length > kept) last.shift();
    onLine(line);
  };
  return {
    write: (chunk) => {
      bytes += chunk.length;
      const pieces = (open + decoder.write(chunk)).split('\n');
      open = pieces.pop() ?? '';
      pieces.forEach(pass);
      for (; open.length > longest; open = open.slice(longest)) pass(open.slice(0, longest));
    },
    end: () => {
      open += decoder.end();
      if (open !== '') pass(open);
      open = '';
    },
    last: () => [...last],
    bytes: () => bytes,
  };
};
