import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareTests, packTests, testList, unpackTests } from './base-tests.ts';

const tests = fc.array(fc.record({ id: fc.string(), skipped: fc.boolean() }));
const commit = 'a1'.repeat(20);

test('a list holds each test once; one that any file runs is not skipped', () => {
  const files = [
    { tests: [{ id: 'b', skipped: true }, { id: 'a', skipped: true }] },
    { tests: [{ id: 'b', skipped: false }] },
  ]; // prettier-ignore
  expect(testList(files)).toEqual([{ id: 'a', skipped: true }, { id: 'b', skipped: false }]); // prettier-ignore
});

test('a list comes back as it was kept, and has lost nothing against itself', () => {
  fc.assert(
    fc.property(tests, (some) => {
      const list = testList([{ tests: some }]);
      expect(unpackTests(packTests({ v: 2, commit, tests: list }))).toEqual({ v: 2, commit, tests: list });
      expect(compareTests(list, list)).toEqual({ removed: [], skipped: [] });
      expect(compareTests(list, []).removed).toEqual(list.map(({ id }) => id));
    }),
  );
});

test('that jobs have different ones comes back, too', () => {
  expect(unpackTests(packTests({ v: 2, commit }))).toEqual({ v: 2, commit });
});

const text = (list: object): Buffer => gzipSync(JSON.stringify({ v: 2, commit, tests: [], ...list }));

test.each([
  ['no gzip', Buffer.from('{}')],
  ['half of it', packTests({ v: 2, commit, tests: [{ id: 'a', skipped: false }] }).subarray(0, 20)],
  ['of an older version', gzipSync('{"v":1,"tests":[]}')],
  ['of another version', text({ v: 3 })],
  ['of no commit', text({ commit: undefined })],
  ['of an option of git', text({ commit: '--all' })],
  ['no list', text({ tests: {} })],
  ['no test', text({ tests: [{ id: 1, skipped: false }] })],
  ['null', gzipSync('null')],
  ['a bomb', gzipSync(Buffer.alloc(65 << 20, 32))],
])('what is %s is no list', (_, bytes) => {
  expect(unpackTests(bytes)).toBeUndefined();
});
