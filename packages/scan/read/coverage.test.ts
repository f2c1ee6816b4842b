import { expect, test } from '@jest/globals';
import { readCoverage } from './coverage.ts';

async function* whole(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

const read = async (text: string) => {
  const { files, sources, unchecked } = await readCoverage(whole(text), { file: 'cov', root: '/work' });
  return {
    files: Object.fromEntries([...files].map(([path, { covered, missed }]) => [path, [[...covered], [...missed]]])),
    sources,
    whats: unchecked.map(({ what }) => what),
  };
};

test('LCOV: records of one file are put together, by hits', async () => {
  const { files, whats } = await read(
    'TN:a\nSF:/work/src/a.js\nDA:1,0\nDA:2,1,hash\nDA:3,-1\nend_of_record\nTN:b\nSF:src/./a.js\nDA:1,4\nDA:4,0\nLF:2\nLH:1\nend_of_record\n',
  );
  expect(files).toEqual({
    'src/a.js': [
      [2, 1],
      [3, 4],
    ],
  });
  expect(whats).toEqual([]);
});

test('LCOV that is damaged, or says more than it has, is unchecked', async () => {
  const record = (inside: string): string => `SF:a.js\nDA:1,1\n${inside}`;
  for (const [text, what] of [
    [record(''), 'cov is cut off in the record of a.js'],
    [record('SF:b.js\nend_of_record\n'), 'cov has no end of the record of a.js'],
    [record('DA:x,1\nend_of_record\n'), 'cov has a line of a.js that could not be read'],
    [record('LF:3\nend_of_record\n'), 'cov says 3 lines of a.js, and has 1'],
    [record('LH:0\nend_of_record\n'), 'cov says 0 covered lines of a.js, and has 1'],
    [record('LF:many\nend_of_record\n'), 'cov has sums of a.js that could not be read'],
    [record('EA:2,0\nend_of_record\n'), 'cov has a line that is not LCOV: EA:2,0'],
    ['TN:\nDA:1,1\n', 'cov has a line that is not LCOV: DA:1,1'],
    ['TN:\n', 'cov has no line of any file'],
  ])
    expect((await read(text ?? '')).whats).toEqual([what]);
});

test('Cobertura: classes of one file, methods beside, sources', async () => {
  const xml = (attributes: string): string =>
    `<coverage ${attributes}><sources><source>/work</source><source>/work/lib/</source><source>/usr/lib</source></sources><class filename="a.py"><methods><method><lines><line number="1" hits="0"/></lines></method></methods><lines><line number="1" hits="2"/><line number="2" hits="0"/></lines></class><class filename="lib\\a.py"><lines><line number="1" hits="1"/></lines></class></coverage>`;
  const { files, sources, whats } = await read(xml('lines-valid="3" lines-covered="2"'));
  expect(files).toEqual({ 'a.py': [[1], [2]], 'lib/a.py': [[1], []] });
  expect(sources).toEqual(['.', 'lib', '/usr/lib']);
  expect(whats).toEqual([]);
  expect((await read(xml('lines-valid="4"'))).whats).toEqual(['cov says 4 lines, and has 3']);
  expect((await read(xml('lines-covered="1"'))).whats).toEqual(['cov says 1 covered lines, and has 2']);
  expect(
    (await read('<coverage><class filename=""><line number="1" hits="1"/></class></coverage>')).whats,
  ).toHaveLength(1);
  expect((await read('<coverage/>')).whats).toEqual(['cov has no line of any file']);
  expect((await read('<report name="jacoco"/>')).whats).toEqual(['cov has no <coverage>']);
});

test("coverage.py's JSON: what it says of its lines must be there", async () => {
  const json = (summary: object, totals?: object): string =>
    JSON.stringify({
      files: { './a.py': { executed_lines: [1], missing_lines: [2], excluded_lines: [3], summary } },
      totals,
    });
  const sums = { covered_lines: 1, num_statements: 2 };
  expect(await read(json(sums, sums))).toEqual({ files: { 'a.py': [[1], [2]] }, sources: [], whats: [] });
  expect((await read(json({ ...sums, num_statements: 3 }))).whats).toEqual(['cov says 3 lines of a.py, and has 2']);
  expect((await read(json(sums, { ...sums, num_statements: 9 }))).whats).toEqual(['cov says 9 lines, and has 2']);
  expect((await read('{"files":{"a.py":{"executed_lines":"1"}}}')).whats).toEqual([
    'cov has lines of a.py that could not be read',
  ]);
  expect((await read('{"files":{}}')).whats).toEqual(['cov has no line of any file']);
  expect((await read('{"files":')).whats).toHaveLength(1);
  expect((await read('{"__proto__":{"files":{}}}')).whats).toHaveLength(1);
});

test('what is none of them is unchecked', async () => {
  expect((await read('')).whats).toEqual(['cov is empty']);
  expect((await read('mode: set\n')).whats).toEqual(["cov is neither Cobertura, LCOV nor coverage.py's JSON"]);
});
