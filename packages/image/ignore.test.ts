import { expect, test } from '@jest/globals';
import { seenBy } from './ignore.ts';

test.each<[string, readonly string[], readonly string[]]>([
  ['', ['a', 'b/c'], []],
  ['# all\n*\n!src\n', ['src/a.py', 'src/b/c'], ['a', 'docs/src']],
  ['node_modules', ['web/node_modules/x', 'node_modules2'], ['node_modules', 'node_modules/a/b']],
  ['**/*.pyc', ['a.py'], ['a.pyc', 'b/c/d.pyc']],
  ['/build/\n./dist', ['web/build'], ['build/x', 'dist/y']],
  ['*.md\n!README.md', ['README.md', 'docs/a.md'], ['a.md']],
  ['.*', ['a/.b'], ['.git/config', '.env']],
  ['{a,b}', ['a', 'b'], ['{a,b}']],
  ['a\n!a/b\na/b/c', ['a/b', 'a/b/d'], ['a/x', 'a/b/c']],
])('.dockerignore %j', (ignore, seen, unseen) => {
  const sees = seenBy(ignore);
  expect([seen.filter((path) => !sees(path)), unseen.filter(sees)]).toEqual([[], []]);
});
