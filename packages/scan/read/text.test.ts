import { expect, test } from '@jest/globals';
import { lastLines, oneLine } from './text.ts';

const secret = 's3cret-'.repeat(10);

test('a line that is too long is cut between words: half a secret could not be masked', () => {
  const line = `${'word '.repeat(96)}TOKEN ${secret} more`;
  expect(line.indexOf(secret)).toBeLessThan(500);
  expect(lastLines(line, 1)).toEqual([`${'word '.repeat(96)}TOKEN …`]);
  expect(oneLine(line)).toBe(`${'word '.repeat(96)}TOKEN …`);
  expect(lastLines(secret.repeat(8), 1)).toEqual([' …']);
});

test('a name that is one long word keeps its beginning', () => {
  expect(oneLine('x'.repeat(1000))).toBe(`${'x'.repeat(499)}…`);
});

test('no character is torn', () => {
  expect(
    lastLines(`a ${'😀'.repeat(300)}`.slice(3), 1)
      .join('')
      .isWellFormed(),
  ).toBe(true);
});
