import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eachShell, runText } from '../../test/lab/program-run.ts';

const text = (name: string): string => readFileSync(new URL(`./${name}.sh`, import.meta.url), 'utf8');
const functions = `${text('common')}${text('dotenv')}${text('scrub')}base=/srv/notes-landfall\n`;

const dir = mkdtempSync(join(tmpdir(), 'landfall-scrub-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});
let count = 0;
const file = (content: string): string => {
  count += 1;
  const path = join(dir, `${count}.env`);
  writeFileSync(path, content);
  return path;
};

eachShell('what an application said, scrubbed', (shell) => {
  const scrubbed = async (said: string | Buffer, ...contents: readonly string[]): Promise<string> =>
    (await runText(shell, `${functions}scrub "$@"`, contents.map(file), said)).stdout.toString('utf8');

  test.each([
    ['a value', 'GREETING=good morning', 'a good morning, and good morning again', 'a ***, and *** again'],
    ['nothing short', 'A=b\nMODE=debug', 'b debug', 'b debug'],
    ['a short one that is secret by its name', 'DB_PASSWORD=ab12', 'with ab12', 'with ***'],
    ['nothing that everybody has', 'ENV=production\nBIND=127.0.0.1', 'production 127.0.0.1', 'production 127.0.0.1'],
    ['no path of the target', 'APP=/srv/notes', 'File "/srv/notes-landfall/x"', 'File "/srv/notes-landfall/x"'],
    ['a password in an address, alone too', 'U=pg://u:pw12@h/x', 'pw12 for pg://u:pw12@h/x', '*** for ***'],
    ['each line of a value', 'M="first line\nsecond line"', 'x first line\nsecond line y', 'x ***\n*** y'],
    ['the longer one first', 'A=abcdef\nB=abcdefghij', 'abcdefghij abcdef', '*** ***'],
    ['what is quoted again', String.raw`A='a"b\cdef'`, String.raw`{'A': 'a"b\\cdef'} {"A":"a\"b\\cdef"}`, String.raw`{'A': '***'} {"A":"***"}`],
    ['what a pattern would be', "A='*[a-z]?*'", 'x *[a-z]?* abcdefgh', 'x *** abcdefgh'],
  ])('%s', async (_, env, said, expected) => {
    expect(await scrubbed(`${said}\n`, env)).toBe(`${expected}\n`);
  }); // prettier-ignore

  test('by several files, and by none that is not there', async () => {
    expect(await scrubbed('first1 second2\n', 'A=first1', 'B=second2')).toBe('*** ***\n');
    const ran = await runText(shell, `${functions}scrub "$@"`, [join(dir, 'missing')], 'as it is');
    expect(ran.stdout.toString()).toBe('as it is\n');
  });

  test('whatever the values are', async () => {
    const value = fc
      .array(fc.constantFrom('\\', '"', '$', '`', '*', '[', ']', '?', '{', '!', '#', ' ', 'é', 'abc', '&', '/', '%s', '-'), { minLength: 6, maxLength: 12 })
      .map((parts) => parts.join('')); // prettier-ignore
    const values = fc.sample(value, { numRuns: 150, seed: 3 });
    const env = values.map((one, at) => `V${at}='${one}'`).join('\n');
    const out = await scrubbed(values.map((one) => `<<${one}>>\n`).join(''), env);
    expect(out.split('\n').slice(0, -1)).toEqual(values.map(() => '<<***>>'));
  });

  test('what goes by a command: its code, its input, and what it said', async () => {
    const env = file('GREETING=good morning');
    const program = `${functions}hushed "$@" || printf 'code %s\\n' "$?"`;
    const command = 'cat >&2; echo "out $GREETING"; echo "err $GREETING" >&2; exit 7';
    const ran = await runText(shell, program, [env, 'sh', '-c', command], 'given\n');
    expect(ran.stdout.toString()).toBe('code 7\n');
    expect(ran.stderr).toBe('given\nout ***\nerr ***\n');
  });
});
