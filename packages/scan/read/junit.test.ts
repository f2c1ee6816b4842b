import { describe, expect, test } from '@jest/globals';
import { readJunit } from './junit.ts';
import type { TestResults } from './results.ts';

async function* parts(...all: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const one of all) yield await Promise.resolve(one);
}

const read = (...all: readonly (string | Uint8Array)[]): Promise<TestResults> =>
  readJunit(parts(...all), { file: 'junit.xml', root: '/work' });

const whats = ({ unchecked }: TestResults): readonly string[] => unchecked.map(({ what }) => what);

const passing = '<testcase classname="a" name="b" time="1.5"/>';

test('a test may say by its status alone how it ended', async () => {
  const all = ['failed', 'Timeout', 'broken', 'notrun', 'skipped', 'run', 'passed'];
  const { totals } = await read(
    `<testsuite>${all.map((one) => `<testcase name="${one}" status="${one}"/>`).join('')}</testsuite>`,
  );
  expect(totals).toEqual({ total: 7, passed: 2, failed: 3, skipped: 2 });
});

test('pytest counts the lines of its attribute from 0', async () => {
  const suite = (name: string): string =>
    `<testsuite name="${name}"><testcase name="a" file="t.py" line="0"><failure>no place</failure></testcase></testsuite>`;
  expect((await read(suite('pytest'))).failures).toMatchObject([{ file: 't.py', line: 1 }]);
  expect((await read(suite('other'))).failures[0]).not.toHaveProperty('line');
});

test('the end of a long failure begins with a whole character', async () => {
  for (const before of ['', 'x']) {
    const text = `${before}${'😀'.repeat(8192)}x\nend`;
    const { failures } = await read(`<testsuite><testcase name="c"><failure>${text}</failure></testcase></testsuite>`);
    expect(failures[0]?.tail.at(-1)).toBe('end');
    expect(failures[0]?.tail.every((line) => line.isWellFormed())).toBe(true);
    expect(failures[0]?.message.isWellFormed()).toBe(true);
  }
});

describe('suites', () => {
  test('stand within each other, without a root, several in a row, without attributes', async () => {
    const nested = await read(
      `<testsuites tests="3" failures="1"><testsuite name="outer" tests="3"><testsuite name="inner" tests="2" failures="1">${passing}<testcase name="c"><failure/></testcase></testsuite>${passing}</testsuite></testsuites>`,
    );
    expect(nested.totals).toEqual({ total: 3, passed: 2, failed: 1, skipped: 0 });
    expect(nested.failures).toEqual([{ suite: 'inner', name: 'c', kind: 'failed', message: '', tail: [] }]);
    expect(nested.ms).toBe(3000);
    expect(nested.unchecked).toEqual([]);
    const row = await read(
      `<testsuite>${passing}</testsuite>\n<?xml version="1.0"?><testsuite><testcase/></testsuite>`,
    );
    expect(row.totals).toEqual({ total: 2, passed: 2, failed: 0, skipped: 0 });
    expect(row.unchecked).toEqual([]);
  });

  test('that are empty are no trouble, a file that is empty is', async () => {
    for (const empty of ['<testsuites/>', '<testsuites><testsuite name="a" tests="0"/></testsuites>']) {
      const { totals, unchecked } = await read(empty);
      expect(totals).toEqual({ total: 0, passed: 0, failed: 0, skipped: 0 });
      expect(unchecked).toEqual([]);
    }
    for (const [text, what] of [
      ['', 'is empty'],
      [' \n', 'is empty'],
      ['Segmentation fault', 'has no <testsuites> or <testsuite>'],
      ['<html><body>502</body></html>', 'has no <testsuites> or <testsuite>'],
      ['<!-- <testsuite/> -->', 'has no <testsuites> or <testsuite>'],
    ])
      expect(await read(text ?? '')).toMatchObject({
        totals: { total: 0 },
        unchecked: [{ by: 'tests', file: 'junit.xml', what: `junit.xml ${what}` }],
      });
  });

  test('that say more of themselves than they have are unchecked, once', async () => {
    expect(
      whats(await read(`<testsuites tests="5"><testsuite name="s" tests="5">${passing}</testsuite></testsuites>`)),
    ).toEqual(['junit.xml says 5 tests of s, and has 1']);
    expect(whats(await read(`<testsuite failures="1" errors="1">${passing}</testsuite>`))).toEqual([
      'junit.xml says 2 failures, and shows 0',
    ]);
    // pytest: subtests that passed
    const subtests = (more: string) =>
      read(
        `<testsuites name="pytest tests"><testsuite name="own" tests="4" failures="0"${more}>${passing}</testsuite></testsuites>`,
      );
    expect(whats(await subtests(''))).toEqual([]);
    expect(whats(await subtests(' errors="1"'))).toEqual(['junit.xml says 1 failures of own, and shows 0']);
    expect(whats(await read(`<testsuite tests="many">${passing}</testsuite>`))).toEqual([
      'junit.xml has tests="many", which is no number',
    ]);
    // pytest counts a test once that fails and whose teardown fails, too
    expect(whats(await read(`<testsuite tests="1">${passing}${passing}</testsuite>`))).toEqual([]);
  });

  test('that fail as a whole count as a test that failed', async () => {
    const { totals, failures } = await read('<testsuite name="s"><error message="no database"/></testsuite>');
    expect(totals).toEqual({ total: 1, passed: 0, failed: 1, skipped: 0 });
    expect(failures).toMatchObject([{ suite: 's', name: 's', kind: 'error', message: 'no database' }]);
  });
});

describe('a test', () => {
  const one = (inside: string, attributes = ''): Promise<TestResults> =>
    read(`<testsuite><testcase classname="a" name="b" ${attributes}>${inside}</testcase></testsuite>`);

  test('with several failures is one', async () => {
    const { totals, failures } = await one(
      '<failure message="first">x</failure><error message="second"><![CDATA[y ]]]]><![CDATA[> z]]></error>',
    );
    expect(totals.failed).toBe(1);
    expect(failures).toMatchObject([{ message: 'first', kind: 'failed', tail: ['xy ]]> z'] }]);
  });

  test('that failed once more failed, one that passed in the end did not', async () => {
    expect((await one('<failure/><rerunFailure message="again"/>', '')).totals.failed).toBe(1);
    expect((await one('<rerunError/>')).totals.failed).toBe(1);
    expect((await one('<flakyFailure message="once"><stackTrace>at x</stackTrace></flakyFailure>')).totals.passed).toBe(
      1,
    );
  });

  test('that is skipped and failed, failed; a status counts', async () => {
    expect((await one('<skipped/><failure/>')).totals).toEqual({ total: 1, passed: 0, failed: 1, skipped: 0 });
    expect((await one('', 'status="failed"')).totals.failed).toBe(1);
    expect((await one('', 'status="run" result="completed"')).totals.passed).toBe(1);
  });

  test('with an element that nobody knows is unchecked, unless the sums speak for it', async () => {
    expect(whats(await one('<fbilure/>'))).toEqual(['junit.xml has <fbilure>, which is not known']);
    const sums = await read('<testsuite tests="1" failures="0"><testcase name="b"><note/></testcase></testsuite>');
    expect(sums.unchecked).toEqual([]);
  });

  test('twice by one name is skipped if both are', async () => {
    const skip = '<testcase classname="a" name="b"><skipped/></testcase>';
    expect((await read(`<testsuite>${skip}${skip}</testsuite>`)).tests).toEqual([{ id: 'a::b', skipped: true }]);
    expect((await read(`<testsuite>${skip}${passing}</testsuite>`)).tests).toEqual([{ id: 'a::b', skipped: false }]);
    expect((await read(`<testsuite>${passing}${skip}</testsuite>`)).totals).toEqual({
      total: 2,
      passed: 1,
      failed: 0,
      skipped: 1,
    });
  });

  test('is placed by its last lines, within the workspace and outside of packages', async () => {
    const placed = async (text: string) => {
      const [{ file, line } = {}] = (
        await one(`<failure><![CDATA[${text}]]></failure>`, 'file="/work/t/x.py" line="3"')
      ).failures;
      return `${file ?? ''}:${line ?? ''}`;
    };
    expect(await placed('no place')).toBe('t/x.py:3');
    expect(await placed('tests/a.py:5: in f\nsrc/b.py:9: Error')).toBe('src/b.py:9');
    expect(await placed('File "/work/a.py", line 4, in f\n  File "/work/.venv/lib/site-packages/x.py", line 9')).toBe(
      'a.py:4',
    );
    expect(await placed('  at f (/work/a.test.js:4:5)\n  at g (/work/node_modules/jest/x.js:1:1)')).toBe('a.test.js:4');
    expect(await placed('../other/x.py:5: Error\n/etc/passwd.py:1: Error')).toBe('t/x.py:3');
  });
});

describe('hostile', () => {
  test('entities are neither read nor expanded', async () => {
    const laughs = await read(
      '<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>',
      `<testsuite><testcase name="&b;&x;"><failure message="&x;"/></testcase></testsuite>`,
    );
    expect(whats(laughs)).toEqual(['junit.xml has a DOCTYPE with declarations of its own, which are never read']);
    expect(laughs.totals.total).toBe(0);
    // one that names a file only is no harm: nobody fetches it
    const named = await read(`<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd"><testsuite>${passing}</testsuite>`);
    expect(named.totals.passed).toBe(1);
    expect(named.unchecked).toEqual([]);
  });

  test('what a terminal or the runner would obey is only text', async () => {
    const { failures, tests } = await read(
      '<testsuite><testcase classname="a" name="&#x1b;[2Jb\u202ec&#10;::set-output name=x::y"><failure message="\u001b]0;title\u0007x&#27;[31m::error::no">l1\r\n\u001b[31mred\u001b[0m\u0000\n::stop-commands::x #x1B[1mbold</failure></testcase></testsuite>',
    );
    expect(tests).toEqual([{ id: 'a::bc ::set-output name=x::y', skipped: false }]);
    expect(failures).toEqual([
      {
        suite: 'a',
        name: 'bc ::set-output name=x::y',
        kind: 'failed',
        message: 'x::error::no',
        tail: ['l1', 'red', '::stop-commands::x bold'],
      },
    ]);
  });

  test('other encodings are read as they are declared', async () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase name="fünf"/></testsuite>';
    expect((await read(Buffer.from(text, 'latin1'))).tests).toEqual([{ id: 'fünf', skipped: false }]);
    expect((await read(Buffer.from(text.replace('ISO-8859-1', 'utf-16')))).tests).toEqual([
      { id: 'fünf', skipped: false },
    ]);
    expect(whats(await read(text.replace('ISO-8859-1', 'klingon')))).toEqual([
      'junit.xml is written in an unknown encoding, klingon',
    ]);
  });

  test('what is cut off counts as far as it goes, and is unchecked', async () => {
    const { totals, unchecked } = await read(
      `<testsuites><testsuite>${passing}<testcase name="c"><failure message="no">half`,
    );
    expect(totals).toEqual({ total: 2, passed: 1, failed: 1, skipped: 0 });
    expect(unchecked).toHaveLength(1);
    expect((await read(`<testsuite>${passing}<testcase name="c">`)).totals.total).toBe(1);
    for (const cut of [
      `failure></testcase></testsuite><testsuite>${passing}</testsuite>`,
      `rrors="0"><testsuite>${passing}</testsuite>`,
    ])
      expect(whats(await read(cut))).toEqual(['junit.xml begins with the rest of something that is cut off']);
  });

  test('at most 500 failures are told, with their last 20 lines; all are counted', async () => {
    const failure = `<testcase name="n"><failure>${Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join('')}</failure></testcase>`;
    const { totals, failures } = await read('<testsuite>', failure.repeat(700), '</testsuite>');
    expect(totals.failed).toBe(700);
    expect(failures).toHaveLength(500);
    expect(failures[0]?.tail).toHaveLength(20);
    expect(failures[0]?.tail.at(-1)).toBe('line 29');
  });
});
