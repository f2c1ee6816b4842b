import { createHash } from 'node:crypto';

/** One file of a release. */
export type Entry = {
  /** f: file, x: a file that its owner may execute, l: symlink. */
  readonly type: 'f' | 'x' | 'l';
  /** sha256 in hex, of the content; of a symlink, of its target. */
  readonly hash: string;
  /** Relative to the root, without `./`. */
  readonly path: string;
  readonly bytes: number;
  /** Where a symlink leads. */
  readonly target?: string;
};

/** What of a release travels, compared with a release that the host has. */
export type Difference = {
  readonly send: readonly Entry[];
  /** Paths of the base that are not taken over: changed here, or gone. Sorted bytewise. */
  readonly drop: readonly string[];
};

/** The order of `LC_ALL=C sort`: by the bytes of UTF-8, which is not the order of JavaScript's strings. */
export const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** `<type><sha256>  ./<path>` NUL for each entry, sorted by path: what a host makes of the same files, byte for byte. */
export const listOf = (entries: readonly Entry[]): Buffer =>
  Buffer.from(
    [...entries]
      .sort((a, b) => bytewise(a.path, b.path))
      .map(({ type, hash, path }) => `${type}${hash}  ./${path}\0`)
      .join(''),
  );

/** The sha256 of a list, in hex. */
export const hashOf = (list: Buffer): string => createHash('sha256').update(list).digest('hex');

/** What `tree` prints of a release: `<type><12 hex>  ./<path>` NUL. By path. Entries of another form are passed over: those files then travel. */
export const baseOf = (printed: Buffer): ReadonlyMap<string, string> =>
  new Map(
    printed
      .toString('utf8')
      .split('\0')
      .flatMap((line) =>
        /^[fxl][0-9a-f]{12} {2}\.\/./s.test(line) ? [[line.slice(17), line.slice(0, 13)] as const] : [],
      ),
  );

/**
 * What must travel so that a host that has `base` gets `entries`. Twelve digits of a hash can be equal by chance;
 * the host's proof of the whole tree would show it, and then everything is sent.
 */
export const difference = (entries: readonly Entry[], base: ReadonlyMap<string, string>): Difference => {
  const send = entries.filter(({ type, hash, path }) => base.get(path) !== type + hash.slice(0, 12));
  const here = new Set(entries.map(({ path }) => path));
  const changed = send.map(({ path }) => path).filter((path) => base.has(path));
  const gone = [...base.keys()].filter((path) => !here.has(path));
  return { send, drop: [...changed, ...gone].sort(bytewise) };
};

/** The drop list as `receive` reads it: `./path` NUL; a single NUL when there is nothing to drop. */
export const dropList = (drop: readonly string[]): Buffer =>
  Buffer.from(drop.length === 0 ? '\0' : drop.map((path) => `./${path}\0`).join(''));
