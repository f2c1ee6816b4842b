import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareTests, packTests, testList, unpackTests } from './base-tests.ts';

const tests = fc.array(fc.record({ id: fc.string(), skipped: fc.boolean() }));

test('a list holds each test once; one that any file runs is not skipped', () => {
  const files = [
    { tests: [{ id: 'b', skipped: true }, { id: 'a', skipped: true }] },
    { tests: [{ id: 'b', skipped: false }] },
  ]; // prettier-ignore
  expect(testList(files)).toEqual({ v: 1, tests: [{ id: 'a', skipped: true }, { id: 'b', skipped: false }] }); // prettier-ignore
});

test('a list comes back as it was kept, and has lost nothing against itself', () => {
  fc.assert(
    fc.property(tests, (some) => {
      const list = testList([{ tests: some }]);
      expect(unpackTests(packTests(list))).toEqual(list);
      expect(compareTests(list, list)).toEqual({ removed: [], skipped: [] });
      expect(compareTests(list, { v: 1, tests: [] }).removed).toEqual(list.tests.map(({ id }) => id));
    }),
  );
});

test.each([
  ['no gzip', Buffer.from('{}')],
  ['half of it', packTests({ v: 1, tests: [{ id: 'a', skipped: false }] }).subarray(0, 20)],
  ['another version', gzipSync('{"v":2,"tests":[]}')],
  ['no list', gzipSync('{"v":1,"tests":{}}')],
  ['no test', gzipSync('{"v":1,"tests":[{"id":1,"skipped":false}]}')],
  ['null', gzipSync('null')],
  ['a bomb', gzipSync(Buffer.alloc(65 << 20, 32))],
])('what is %s is no list', (_, bytes) => {
  expect(unpackTests(bytes)).toBeUndefined();
});
