import { gunzipSync, gzipSync } from 'node:zlib';

/** Tests, sorted by id, each once. */
export type TestList = readonly { readonly id: string; readonly skipped: boolean }[];

/** The tests of a commit of the base branch: what is kept between runs. */
export type KeptTests = {
  readonly v: 2;
  readonly commit: string;
  /** Left out where jobs that nothing tells apart have different ones. */
  readonly tests?: TestList;
};

/** What today's tests are compared with, or one line that says why with nothing. */
export type BaseTests =
  | { readonly known: true; readonly commit: string; readonly tests: TestList }
  | { readonly known: false; readonly why: string };

const isId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** A list is never larger, unpacked: bytes. */
const most = 64 << 20;

/** The list of what several files hold. A test that is in several of them is skipped if it is in all. */
export const testList = (files: readonly { readonly tests: TestList }[]): TestList => {
  const skipped = new Map<string, boolean>();
  for (const { tests } of files)
    for (const test of tests) skipped.set(test.id, test.skipped && (skipped.get(test.id) ?? true));
  const tests = [...skipped].map(([id, was]) => ({ id, skipped: was }));
  return tests.sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** A list as it is kept: JSON, by gzip. */
export const packTests = (list: KeptTests): Buffer => gzipSync(JSON.stringify(list));

/** A list as it was kept; undefined where it is none of ours, or not whole. */
export const unpackTests = (bytes: Uint8Array): KeptTests | undefined => {
  try {
    const list = JSON.parse(gunzipSync(bytes, { maxOutputLength: most }).toString('utf8')) as Partial<KeptTests> | null;
    if (list?.v !== 2 || typeof list.commit !== 'string' || !isId.test(list.commit)) return undefined;
    const { tests } = list;
    return tests === undefined || (Array.isArray(tests) && tests.every(isTest)) ? (list as KeptTests) : undefined;
  } catch {
    return undefined;
  }
};

const isTest = (test: unknown): boolean => {
  const { id, skipped } = (test ?? {}) as Record<string, unknown>;
  return typeof id === 'string' && typeof skipped === 'boolean';
};

/** What the base branch had, and is gone or skipped now: ids, in order. */
export const compareTests = (
  base: TestList,
  now: TestList,
): { readonly removed: readonly string[]; readonly skipped: readonly string[] } => {
  const today = new Map(now.map(({ id, skipped }) => [id, skipped]));
  const ran = base.filter(({ skipped }) => !skipped).map(({ id }) => id);
  return {
    removed: base.map(({ id }) => id).filter((id) => !today.has(id)),
    skipped: ran.filter((id) => today.get(id) === true),
  };
};
