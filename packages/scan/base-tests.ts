import { gunzipSync, gzipSync } from 'node:zlib';

/** The tests of a branch: what is kept between runs. */
export type TestList = {
  readonly v: 1;
  /** Sorted by id, each once. */
  readonly tests: readonly { readonly id: string; readonly skipped: boolean }[];
};

/** A list is never larger, unpacked: bytes. */
const most = 64 << 20;

/** The list of what several files hold. A test that is in several of them is skipped if it is in all. */
export const testList = (files: readonly { readonly tests: TestList['tests'] }[]): TestList => {
  const skipped = new Map<string, boolean>();
  for (const { tests } of files)
    for (const test of tests) skipped.set(test.id, test.skipped && (skipped.get(test.id) ?? true));
  const tests = [...skipped].map(([id, was]) => ({ id, skipped: was }));
  return { v: 1, tests: tests.sort((a, b) => (a.id < b.id ? -1 : 1)) };
};

/** A list as it is kept: JSON, by gzip. */
export const packTests = (list: TestList): Buffer => gzipSync(JSON.stringify(list));

/** A list as it was kept; undefined where it is none of ours, or not whole. */
export const unpackTests = (bytes: Uint8Array): TestList | undefined => {
  try {
    const list = JSON.parse(gunzipSync(bytes, { maxOutputLength: most }).toString('utf8')) as Partial<TestList> | null;
    return list?.v === 1 && Array.isArray(list.tests) && list.tests.every(isTest) ? (list as TestList) : undefined;
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
  const today = new Map(now.tests.map(({ id, skipped }) => [id, skipped]));
  const ran = base.tests.filter(({ skipped }) => !skipped).map(({ id }) => id);
  return {
    removed: base.tests.map(({ id }) => id).filter((id) => !today.has(id)),
    skipped: ran.filter((id) => today.get(id) === true),
  };
};
