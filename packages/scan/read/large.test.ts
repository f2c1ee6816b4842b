import { expect, test } from '@jest/globals';
import { readCoverage } from './coverage.ts';
import { readJunit } from './junit.ts';
import type { Source } from './results.ts';
import { readScan } from './scan.ts';

const about = { file: 'large.xml', root: '/work' };
const MB = 1024 * 1024;

async function* generated(
  head: string,
  one: (at: number) => string,
  times: number,
  tail: string,
): AsyncGenerator<string> {
  let piece = head;
  for (let at = 0; at < times; at += 1) {
    piece += one(at);
    // as large as those of a file
    if (piece.length < 65_536) continue;
    yield await Promise.resolve(piece);
    piece = '';
  }
  yield piece + tail;
}

/** How far the heap grows while it is read: bytes. Looked at with every 2 MB. */
const growth = async <T>(
  source: Source,
  use: (source: Source) => Promise<T>,
): Promise<{ peak: number; read: number; value: T }> => {
  const before = process.memoryUsage().heapUsed;
  let peak = 0;
  let read = 0;
  const watched = async function* (): AsyncGenerator<Uint8Array | string> {
    for await (const part of source) {
      if (Math.floor(read / 2 / MB) !== Math.floor((read + part.length) / 2 / MB))
        peak = Math.max(peak, process.memoryUsage().heapUsed - before);
      read += part.length;
      yield part;
    }
  };
  const value = await use(watched());
  return { peak, read, value };
};

test('100 MB of tests are read in little memory', async () => {
  const log = 'x'.repeat(200) + '\n';
  const one = (at: number): string =>
    `<testcase classname="tests.t${at % 1000}" name="test_${at}" time="0.001">${at % 100 === 0 ? `<failure message="no ${at}">${log.repeat(40)}</failure>` : `<system-out>${log.repeat(10)}</system-out>`}</testcase>\n`;
  const began = performance.now();
  const { peak, read, value } = await growth(
    generated('<testsuites><testsuite name="s">', one, 51_000, '</testsuite></testsuites>'),
    (source) => readJunit(source, about),
  );
  const seconds = (performance.now() - began) / 1000;
  process.stderr.write(
    `junit: ${(read / MB).toFixed(0)} MB in ${seconds.toFixed(1)} s, heap grew by at most ${(peak / MB).toFixed(0)} MB\n`,
  );
  expect(read).toBeGreaterThan(100 * MB);
  expect(value.totals).toEqual({ total: 51_000, passed: 50_490, failed: 510, skipped: 0 });
  expect(value.failures).toHaveLength(500);
  expect(value.unchecked).toEqual([]);
  expect(peak).toBeLessThan(150 * MB);
}, 300_000);

test('a million tests are counted; names of more are not kept', async () => {
  const one = (at: number): string => `<testcase name="t${at}"/>`;
  const { totals, tests, unchecked } = await readJunit(generated('<testsuite>', one, 1_000_010, '</testsuite>'), about);
  expect(totals.total).toBe(1_000_010);
  expect(tests).toHaveLength(1_000_000);
  expect(unchecked.map(({ what }) => what)).toContain(
    'large.xml has more than 1000000 tests: the rest is not noted by name',
  );
}, 300_000);

test('what is deep, long or endless ends early', async () => {
  const whats = async (source: Source): Promise<readonly string[]> =>
    (await readJunit(source, about)).unchecked.map(({ what }) => what);
  expect(await whats(generated('<testsuite>', () => '<testsuite>', 1_000_000, ''))).toEqual([
    'large.xml nests deeper than 200 elements',
  ]);
  const attribute = await whats(
    generated('<testsuite><testcase name="', () => 'x'.repeat(1000), 5000, '"/></testsuite>'),
  );
  expect(attribute).toEqual(['large.xml is damaged or cut off in line 1 (max buffer length exceeded: attribvalue)']);
  expect(await whats(generated('<testsuite><testcase ', (at) => `a${at}="" `, 1_000_000, '/></testsuite>'))).toEqual([
    'large.xml has more than 1000 attributes of one element',
  ]);
  expect(await whats(generated('', () => 'no XML at all\n', 1_000_000, ''))).toEqual([
    'large.xml has no <testsuites> or <testsuite>',
  ]);
  expect(await whats(generated('<testsuite>', () => '&#27;', 20_000, '</testsuite>'))).toHaveLength(1);
  // one text of 50 MB
  const text = await readJunit(
    generated(
      '<testsuite><testcase name="a"><failure>',
      () => 'y'.repeat(1000),
      50_000,
      '</failure></testcase></testsuite>',
    ),
    about,
  );
  expect(text.totals.failed).toBe(1);
  expect(text.failures[0]?.tail).toHaveLength(1);
});

test('JSON of more than 64 MB, and what nests without end, is unchecked', async () => {
  const big = await readScan(
    'sarif',
    generated('{"runs":[', () => ' '.repeat(MB), 70, ']}'),
    { ...about, file: 'big.sarif' },
  );
  expect(big.unchecked).toEqual([
    { by: 'sarif', what: 'big.sarif is larger than 64 MB, the most that is read', file: 'big.sarif' },
  ]);
  const deep = `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[],"properties":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`;
  const nested = await readScan(
    'sarif',
    generated(deep, () => '', 0, ''),
    about,
  );
  expect(nested.unchecked).toEqual([
    { by: 'x', what: 'large.xml has a run of x that nests too deep to be carried on', file: 'large.xml' },
  ]);
  expect(nested.sarif).toEqual([]);
});

test('LCOV is read line by line', async () => {
  const one = (at: number): string => `SF:src/f${at % 500}.js\nDA:1,0\nDA:${1 + (at % 700)},1\nend_of_record\n`;
  const { files, unchecked } = await readCoverage(generated('TN:\n', one, 60_000, ''), about);
  expect(unchecked).toEqual([]);
  expect(files.size).toBe(500);
  const endless = await readCoverage(
    generated('TN:\nSF:', () => 'x'.repeat(1000), 10_000, ''),
    about,
  );
  expect(endless.unchecked.map(({ what }) => what)).toContain('large.xml has a line that is too long');
}, 300_000);
