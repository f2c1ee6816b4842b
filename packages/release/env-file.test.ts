import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test, jest } from '@jest/globals';
import fc from 'fast-check';
import { eachShell, runText, type Shell } from '../../test/lab/program-run.ts';
import { folder, remove } from '../../test/lab/repository.ts';
import { readEnvFile } from './index.ts';

jest.setTimeout(300_000);

const at = folder('env');
afterAll(() => {
  remove(at);
});
const text = (name: string): string => readFileSync(new URL(`../remote/${name}.sh`, import.meta.url), 'utf8');
const program = `${text('common')}${text('dotenv')}with_env "$1" env -0`;

/** The variables of a file as a command on a host gets them. */
const onHost = async (shell: Shell, content: string | Buffer) => {
  writeFileSync(join(at, 'env'), content);
  const ran = await runText(shell, program, [join(at, 'env')], '', { PATH: process.env['PATH'] });
  const own = /^(PATH|PWD|OLDPWD|SHLVL|_|LC_ALL)=/;
  const pairs = ran.stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '' && !own.test(line));
  return { code: ran.code, stderr: ran.stderr, pairs: pairs.sort() };
};

const here = (content: string) => {
  const read = readEnvFile(content);
  return read.ok ? read.value.map(({ name, value }) => `${name}=${value}`).sort() : read.fault.problems?.[0]?.line;
};

const good: readonly (readonly [string, readonly string[]])[] = [
  ['A=1', ['A=1']],
  ['export=1', ['export=1']],
  ['A=1\n', ['A=1']],
  ['\uFEFFA=1\r\nB="2"\r\n', ['A=1', 'B=2']],
  ['# c\n\n  \t\n  A = two words \t # c\n', ['A=two words']],
  ['export A=1\nexport\tB=2\nexportC=3', ['A=1', 'B=2', 'exportC=3']],
  ['A=\nB= # c\nC=#x\nD=a#b', ['A=', 'B=', 'C=#x', 'D=a#b']],
  ['A=a=b==', ['A=a=b==']],
  ['A=\\n$HOME`id`$(id)\\', ['A=\\n$HOME`id`$(id)\\']],
  [`A='$x \`y\` "q" \\n #' # c`, ['A=$x `y` "q" \\n #']],
  ['A="\\"x\\" \\\\ \\$H \\` \\n \\t \\q \\\\n" #c', ['A="x" \\ $H ` \n \t \\q \\n']],
  ['A="one\r\ntwo # no\n"\nB=1', ['A=one\ntwo # no\n', 'B=1']],
  ["A='one\n\ntwo'\nB=1", ['A=one\n\ntwo', 'B=1']],
  ['A=it\'s\nB=a"b"', ["A=it's", 'B=a"b"']],
  ['A=ünï€😀\nB="é\u0301"', ['A=ünï€😀', 'B=é\u0301']],
  ['A=1\nA=2', ['A=2']],
  ['IFS=abc\ndotenv_text=x\ndotenv_value=y\nname=z', ['IFS=abc', 'dotenv_text=x', 'dotenv_value=y', 'name=z']],
  ['A=*\nB=~\nC=-n\nD=%s', ['A=*', 'B=~', 'C=-n', 'D=%s']],
  ['', []],
];
const bad: readonly (readonly [string, number])[] = [
  ['A=1\nsecretvalue\n', 2],
  ['A', 1],
  ['1A=x', 1],
  ['A-B=x', 1],
  ['A B=x', 1],
  ['=x', 1],
  ['ü=x', 1],
  ['export A', 1],
  ['export =x', 1],
  ['A="x', 1],
  ["B=1\nA='x\ny\n", 2],
  ['A="x" y', 1],
  ["A='x'y", 1],
];

describe('an env-file', () => {
  test.each(good)('%j', (content, wanted) => {
    expect(here(content)).toEqual([...wanted].sort());
  });
  test.each(bad)('%j names its line and not its text', (content, line) => {
    expect(here(content)).toBe(line);
    expect(JSON.stringify(readEnvFile(content))).not.toContain('secretvalue');
  });
  test('holds no NUL', () => {
    expect(here('A=1\nB=\0')).toBe(2);
  });
});

eachShell('.env on a host', (shell) => {
  test('is read as the expectations say', async () => {
    for (const [content, wanted] of good) {
      const { pairs, code } = await onHost(shell, content);
      expect([content, code, pairs]).toEqual([content, 0, [...wanted].sort()]);
    }
  });
  test('with a bad line gives nothing, and names the line only', async () => {
    for (const [content, line] of bad) {
      const ran = await onHost(shell, content);
      expect([content, ran.code, ran.pairs]).toEqual([content, 64, []]);
      expect(ran.stderr).toContain(`line ${line} `);
      expect(ran.stderr).not.toContain('secretvalue');
    }
  });
  test('is read as the runner reads it, whatever it holds', async () => {
    const pieces = fc.constantFrom(
      'A',
      '=',
      '"',
      "'",
      '\\',
      '\n',
      '\r\n',
      ' ',
      '\t',
      '#',
      '$',
      '`',
      'x',
      'B=',
      'export ',
      'é',
      'n',
      '\\"',
      '*',
      '😀',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 14 }).map((p) => p.join('')),
        async (content) => {
          const wanted = here(content);
          const ran = await onHost(shell, content);
          if (typeof wanted === 'number') expect(ran.stderr).toContain(`line ${wanted} `);
          else expect(ran.pairs).toEqual(wanted);
        },
      ),
      { numRuns: 200 },
    );
  });
  test('keeps bytes that are no UTF-8', async () => {
    writeFileSync(join(at, 'env'), Buffer.from([0x41, 0x3d, 0x22, 0xff, 0xfe, 0x22]));
    const ran = await runText(shell, program, [join(at, 'env')], '', { PATH: process.env['PATH'] });
    expect(ran.stdout.includes(Buffer.from([0x41, 0x3d, 0xff, 0xfe, 0]))).toBe(true);
  });
});
