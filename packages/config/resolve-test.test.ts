import { describe, expect, test } from '@jest/globals';
import { resolveTest } from './resolve-test.ts';
import type { TestInputs } from './resolve-test.ts';

const none: TestInputs = {
  run: [],
  junit: [],
  sarif: [],
  coverage: [],
  forbid: [],
  'allow-incomplete': [],
  'coverage-min': undefined,
  'changed-coverage-min': undefined,
  'fail-on': undefined,
  'allow-empty': undefined,
  'compare-tests': undefined,
  'ignore-file': undefined,
  base: undefined,
};
const of = (inputs: Partial<TestInputs>, text?: string) =>
  resolveTest({ text, file: 'landfall.yml', inputs: { ...none, ...inputs } });
const said = (...given: Parameters<typeof of>): readonly string[] =>
  of(...given).problems.map(({ where, line, what }) => `${where}${line === undefined ? '' : `:${line}`} ${what}`);

describe('what is to be tested', () => {
  test('is what inputs say, without a file', () => {
    const { test: read, problems } = of({ run: ['unit: pytest -q', 'a b: echo x: y'], 'coverage-min': '80 %', coverage: ['c.xml'] }); // prettier-ignore
    expect(problems).toEqual([]);
    expect(read).toMatchObject({
      run: { unit: { command: 'pytest -q' }, 'a b': { command: 'echo x: y' } },
      'coverage-min': 80,
      coverage: ['c.xml'],
      secrets: true,
    });
  });

  test('is what the file says, and an input beats the same key of it alone', () => {
    const text = 'test:\n  run: { unit: pytest, lint: flake8 }\n  junit: a.xml\n  allow-empty: true\n';
    expect(of({}, text).test).toMatchObject({ junit: ['a.xml'], 'allow-empty': true });
    const { test: read } = of({ run: ['unit: tox'], 'allow-empty': 'false' }, text);
    expect(read).toMatchObject({ run: { unit: { command: 'tox' } }, junit: ['a.xml'], 'allow-empty': false });
    expect(Object.keys(read?.run ?? {})).toEqual(['unit']);
  });
});

describe('what is wrong is told, all of it together', () => {
  test.each([
    ['nothing is named', {}, undefined, ['input run nothing is named that is to be run, read or demanded']],
    ['the file has no section', {}, 'path: /srv/x\n', ['landfall.yml nothing is named that is to be run, read or demanded']], // prettier-ignore
    [
      'lines that are no commands, and one name twice',
      { run: ['pytest', ': x', 'a:b', 'unit: x', 'unit: y'] },
      undefined,
      [
        'input run line 1 is no `name: command`',
        'input run line 2 is no `name: command`',
        'input run line 3 is no `name: command`',
        'input run there are two commands unit',
      ],
    ],
    [
      'a floor that nothing measures, by the place where it stands',
      { 'changed-coverage-min': '90' },
      'test:\n  junit: a.xml\n  coverage-min: 80\n',
      [
        'landfall.yml:3 coverage-min: no file says what the coverage is',
        'input changed-coverage-min changed-coverage-min: no file says what the coverage is',
      ],
    ],
  ])('%s', (_, inputs, text, problems) => {
    expect(said(inputs, text)).toEqual(problems);
    expect(of(inputs, text).test).toBeUndefined();
  });

  test.each([
    [{ 'coverage-min': 'most', coverage: ['c.xml'] }, /coverage-min/],
    [{ 'coverage-min': '101', coverage: ['c.xml'] }, /coverage-min/],
    [{ 'fail-on': 'terrible', run: ['a: b'] }, /fail-on/],
  ])('%j is no value', (inputs, what) => {
    expect(said(inputs).join('\n')).toMatch(what);
  });

  test('what is wrong in the file and in inputs', () => {
    const problems = said({ 'fail-on': 'terrible' }, 'test:\n  run: { unit: pytest }\n  nonsense: 1\n');
    expect(problems).toHaveLength(2);
    expect(problems.join('\n')).toMatch(/landfall\.yml:\d+ .*nonsense[^]*fail-on/);
  });

  test('a file that is no YAML', () => {
    expect(said({ run: ['a: b'] }, 'test: [')).not.toEqual([]);
  });
});
