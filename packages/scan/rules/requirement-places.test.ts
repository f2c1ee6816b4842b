import { expect, test } from '@jest/globals';
import type { Finding } from '#plan';
import { placeInRequirements } from './requirement-places.ts';

const about = (subject?: string, file?: string): Finding => ({
  tool: 'pip-audit',
  rule: 'A-1',
  severity: 'high',
  message: 'old',
  ...(subject === undefined ? {} : { subject }),
  ...(file === undefined ? {} : { file }),
});
const base = '# pinned\n-r more.txt\nzope.interface==8.7 \\\n  --hash=sha256:00\n';
const files = [
  ['base.txt', base],
  ['more.txt', 'SQLParse==0.4.3\nzope-interface==8.7\n'],
] as const;
const placesOf = (...findings: readonly Finding[]) =>
  placeInRequirements(findings, files).map(({ file, line }) => [file, line]);

test('a package is placed where it is asked for, whatever way its name is written', () => {
  expect(placesOf(about('sqlparse 0.4.3'), about('Zope_Interface 8.7'))).toEqual([
    ['more.txt', 1],
    ['base.txt', 3],
  ]);
});

test('what is asked for nowhere, is about no package, or has a place stays as it is', () => {
  expect(placesOf(about('pip 20.0'), about(), about('sqlparse 0.4.3', 'uv.lock'), about('-r 1'))).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    ['uv.lock', undefined],
    [undefined, undefined],
  ]);
});
