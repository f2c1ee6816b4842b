import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineOfSite, siteWords } from './site.ts';

const values = {
  domain: 'example.org',
  domains: 'example.org www.example.org',
  current: '/srv/app-landfall/current',
  shared: '/srv/app-landfall/shared',
};
const read = (text: string) => siteWords('site.conf', text, values);
const words = (text: string) => read(text).site?.words.split('\n');
const problems = (text: string) => read(text).problems.map(({ line, what }) => `${line ?? 0}: ${what}`);

test('a site is words: names, arguments, and where blocks begin and end', () => {
  const text = `# a comment; with { all } of it {unknown}
server { listen 443 ssl;
  server_name {domains};  # {unknown}, too
  add_header X "a; 'b' {c d} # e" always;
  location ~* \\.(js|css)$ { alias {current}/x/; }
}`;
  const { site } = read(text);
  expect(words(text)).toEqual([
    ...['.server', '{', '.listen', '-443', '-ssl', ';'],
    ...['.server_name', '-example.org', '-www.example.org', ';'],
    ...['.add_header', '-X', "-a; 'b' {c d} # e", '-always', ';'],
    ...['.location', '-~*', '-\\.(js|css)$', '{', '.alias', '-/srv/app-landfall/current/x/', ';', '}', '}'],
  ]);
  expect(site?.lines).toEqual([2, 2, 3, 4, 5, 5, 5, 6]);
  // the host writes whose it is on the first line
  expect([1, 2, 4, 9, 10].map((line) => site && lineOfSite(site, line))).toEqual([undefined, 2, 3, 6, undefined]);
});

test.each([
  ['a "" b;', ['.a', '-', '-b', ';']],
  ["a 'b\"c';", ['.a', '-b"c', ';']],
  [String.raw`a "b\"c\\d\.e";`, ['.a', String.raw`-b"c\d\.e`, ';']],
  ['a ${b}c$d;', ['.a', '-${b}c$d', ';']],
  ['a b"c;', ['.a', '-b"c', ';']],
  ['a b#c;', ['.a', '-b#c', ';']],
  ['a{b c;}', ['.a', '{', '.b', '-c', ';', '}']],
  ['a "b\nc";', ['.a', '-b\tc', ';']],
  ['', ['']],
])('%j is read as nginx reads it', (text, wanted) => {
  expect(words(text)).toEqual(wanted);
});

test('all that is wrong is told, each with its line', () => {
  expect(problems('server {\n  root {curent};\n  listen 80\n}\n}\ngzip {on};\n')).toEqual([
    '2: {curent} stands for nothing',
    '3: listen: its ; is missing',
    '5: } closes nothing',
    '6: {on} stands for nothing',
  ]);
  expect(problems('server {\n')).toEqual(['1: the block that begins here is not closed']);
  expect(problems('a b')).toEqual(['1: a: its ; is missing']);
  expect(problems('a;\n"b c;')).toEqual(['2: a quote is not closed, or a word stands right behind it']);
  expect(problems(`a 'b'c;`)).toHaveLength(1);
  expect(problems(';')).toEqual(['1: ; stands behind nothing']);
  expect(problems('A b;')).toEqual(['1: A is not the name of a directive']);
});

test('whatever the file holds, it is read to its end', () => {
  const part = fc.oneof(
    fc.constantFrom('"', "'", '\\', '{', '}', ';', '#', '$', ' ', '\n', 'a', '${', '{domain}'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const { site, problems: found } = read(parts.join(''));
      expect(site === undefined).toBe(found.length > 0);
      for (const line of site?.words.split('\n') ?? []) expect(line).toMatch(/^(?:\.[a-z0-9_]+|-[^\n]*|[;{}]|)$/);
    }),
  );
});
