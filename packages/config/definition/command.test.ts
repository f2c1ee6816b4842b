import { expect, test } from '@jest/globals';
import { splitCommand } from './command.ts';

test.each([
  ['gunicorn \'a b\' --x="c d" e\\ f', ['gunicorn', 'a b', '--x=c d', 'e f']],
  ["sh -c 'exec a | b $X > c'", ['sh', '-c', 'exec a | b $X > c']],
  [
    'gunicorn -b unix:/run/x.sock site.wsgi:application',
    ['gunicorn', '-b', 'unix:/run/x.sock', 'site.wsgi:application'],
  ],
])('%s is words', (command, words) => {
  expect(splitCommand(command)).toEqual({ words });
});

test.each([
  'a | b',
  'a; b',
  'a && b',
  'a > f',
  'a $X',
  'a ${X}',
  'a "$X"',
  'a $(b)',
  'a *.py',
  'a # b',
  'a `b`',
  "a 'b",
  'a "b',
  '',
  '  ',
  "''",
  "a 'b\nc'",
])('%j is refused', (command) => {
  expect(splitCommand(command)).toHaveProperty('refused');
});

test('what cannot be in a word is named', () => {
  expect(splitCommand("a 'b\nc'")).toEqual({ refused: 'a word holds a line end' });
  expect(splitCommand("a 'b\0c'")).toEqual({ refused: 'a word holds a NUL' });
});
