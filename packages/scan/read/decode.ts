import { TextDecoder } from 'node:util';
import type { Source } from './results.ts';
import { oneLine } from './text.ts';

/** Enough of a file's beginning to see its encoding. Bytes. */
const head = 1024;

/** All pieces but the last are of this size, in UTF-16 units, however the source is cut. */
const piece = 65_536;

/** By the byte order mark; by the zeros beside the first `<`; by the XML declaration. */
const labelOf = (bytes: Buffer): string => {
  const mark = bytes.subarray(0, 4).toString('hex');
  if (mark.startsWith('fffe') || mark === '3c003f00') return 'utf-16le';
  if (mark.startsWith('feff') || mark === '003c003f') return 'utf-16be';
  const [, declared = 'utf-8'] =
    /<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']/.exec(bytes.toString('latin1', 0, head)) ?? [];
  // a declaration that is read byte by byte is not UTF-16: .NET writes that of a string
  return /^utf-?16/i.test(declared) || mark.startsWith('efbbbf') ? 'utf-8' : declared;
};

/**
 * A file's text, in pieces, without its byte order mark. Bytes that are none of its encoding become U+FFFD. An encoding that is not
 * known ends it with `unknown`, which is called with its name.
 */
export async function* decode(source: Source, unknown: (label: string) => void): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let waiting = Buffer.alloc(0);
  let text = '';
  const take = (bytes: Uint8Array): boolean => {
    if (decoder === undefined) {
      const label = labelOf(Buffer.from(bytes));
      try {
        decoder = new TextDecoder(label);
      } catch {
        unknown(oneLine(label));
        return false;
      }
    }
    text += decoder.decode(bytes, { stream: true });
    return true;
  };
  for await (const part of source) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (decoder !== undefined) take(bytes);
    else {
      waiting = Buffer.concat([waiting, bytes]);
      if (waiting.length >= head && !take(waiting)) return;
    }
    for (; text.length >= piece; text = text.slice(piece)) yield text.slice(0, piece);
  }
  if (decoder === undefined && !take(waiting)) return;
  yield text + (decoder?.decode() ?? '');
}

/** A whole text, or why there is none. `most` in UTF-16 units. */
export const wholeText = async (source: Source, most: number): Promise<{ text: string } | { trouble: string }> => {
  let text = '';
  let trouble: string | undefined;
  const pieces = decode(source, (label) => (trouble = `is written in an unknown encoding, ${label}`));
  for await (const one of pieces) {
    text += one;
    if (text.length > most) return { trouble: `is larger than ${most / 1024 / 1024} MB, the most that is read` };
  }
  return trouble === undefined ? { text } : { trouble };
};
