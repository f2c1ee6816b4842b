import type { Readable } from 'node:stream';
import { odd } from './faults.ts';

/** A body that is small, whole. Throws REGISTRY_UNREACHABLE where it is longer than the limit, in bytes. `what` it is, and whose: for people. */
export const whole = async (body: Readable, limit: number, what = 'an answer'): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    parts.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > limit) throw odd(`${what} is longer than ${limit} bytes`);
  }
  return Buffer.concat(parts);
};
