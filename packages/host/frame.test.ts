import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bootstrap, frame, type Argument } from '#host';
import { needing } from '../../test/lab/needs.ts';

/** The bootstrap with another sh in the place of the host's. */
const commandFor = (shell: string) => bootstrap.replace('exec /bin/sh -c', `exec ${shell} -c`);

/** The real boundary: the bootstrap as the login shell's command, the frame on its stdin. */
const run = (shell: string, args: readonly Argument[], script: string, stdin = '') => {
  const input = Buffer.concat([frame('c0ffee', args, script), Buffer.from(stdin)]);
  const ended = spawnSync('/bin/sh', ['-c', commandFor(shell)], { input, maxBuffer: 1 << 26 });
  const mark = /^c0ffee \d+\n/.exec(ended.stdout.subarray(0, 40).toString('latin1'))?.[0] ?? '';
  return { out: ended.stdout.subarray(mark.length), mark, err: ended.stderr.toString(), status: ended.status };
};

const echo = 'main() { printf "%s\\0" "$@"; }\nmain "$@"';
const bytes = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text.replaceAll('\0', ''))),
  fc.array(fc.constantFrom("'", '"', '\\', '$(id)', '`id`', '\n', '-n', '--', '*', '~', '!', '${x}', ' ', '\t', 'é', ';', '&', '#'))
    .map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ min: 1 }).map((array) => Buffer.from(array)),
); // prettier-ignore

describe.each([
  { shell: 'dash', needs: 'dash' },
  { shell: 'busybox sh', needs: 'busybox' },
  { shell: 'bash', needs: 'bash' },
])('a frame in $shell', ({ shell, needs }) => {
  const { test: it } = needing(needs);

  it(`${shell}: carries any bytes but zero as arguments`, () => {
    const values = fc.sample(bytes, { numRuns: 400, seed: 7 });
    const { out, err, status } = run(shell, values, echo);
    expect({ err, status }).toEqual({ err: 'c0ffee\n', status: 0 });
    expect(out.equals(Buffer.concat(values.flatMap((value) => [value, Buffer.alloc(1)])))).toBe(true);
  });

  it(`${shell}: carries one value of 1 MB`, () => {
    const value = Buffer.alloc(1 << 20, "a'b\n\xff$");
    expect(run(shell, [value], echo).out.equals(Buffer.concat([value, Buffer.alloc(1)]))).toBe(true);
  });

  it(`${shell}: leaves all that follows to the program, and reads none of it ahead`, () => {
    expect(run(shell, [], 'main() { head -c 3; printf "|"; cat; }\nmain', 'abcdef\n')).toMatchObject({ status: 0 });
    expect(
      run(shell, [], 'main() { dd bs=1 count=3 2>/dev/null; printf "|"; cat; }\nmain', 'abcdef\n').out.toString(),
    ).toBe('abc|def\n');
  });

  it(`${shell}: runs nothing of a program that was cut short`, () => {
    const whole = frame('c0ffee', ['x'], 'main() {\n  echo ran\n}\nmain "$@"\n');
    const text = whole.indexOf('main()');
    // Before the call stands whole, nothing runs; from then on only the last newline is missing.
    for (let cut = whole.indexOf('\n') + 1; cut < whole.length - 'main "$@"\n'.length; cut += 1) {
      const ended = spawnSync('/bin/sh', ['-c', commandFor(shell)], { input: whole.subarray(0, cut) });
      expect({ cut, out: ended.stdout.toString() }).toEqual({ cut, out: expect.not.stringContaining('ran') });
      if (cut > text && cut < whole.indexOf('}')) expect(ended.status).not.toBe(0);
    }
  });
});

test('a zero byte is refused: no argument can hold it', () => {
  expect(() => frame('c0ffee', ['a\0b'], echo)).toThrow('zero byte');
});

test('the bootstrap holds nothing that a login shell could take for its own', () => {
  expect(bootstrap).not.toMatch(/[\\!\n]/);
  expect(bootstrap.split("'")).toHaveLength(3);
});
