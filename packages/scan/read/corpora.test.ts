import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { corpora, linesOf, pathOf, read } from '../../../test/corpora/corpora.ts';
import type { Read } from '../../../test/corpora/corpora.ts';
import { expected } from '../../../test/corpora/expected.ts';
import { damaging, numbers, preserving } from '../../../test/corpora/mutate.ts';

const files = corpora();

const filled = files.filter((name) => readFileSync(pathOf(name)).length > 0);

async function* whole(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** A test failed, something was found, a line was missed. */
const evidence = (one: Read): boolean =>
  'totals' in one
    ? one.totals.failed > 0
    : 'findings' in one
      ? one.findings.length > 0
      : [...one.files.values()].some(({ missed }) => missed.size > 0);

const green = (one: Read): boolean => !evidence(one) && one.unchecked.length === 0;

test.each(files)('%s is read as the tool meant it', async (name) => {
  expect(linesOf(await read(name))).toEqual(expected[name]);
});

test('no file is listed that is not there', () => {
  expect(Object.keys(expected).sort()).toEqual(files);
});

describe('what is written otherwise is read the same', () => {
  test.each(preserving)('$name', async ({ to, mutate }) => {
    const chosen = filled.filter((name) => to(name.split('.').at(-1) ?? ''));
    expect(chosen.length).toBeGreaterThan(5);
    for (const name of chosen) {
      const bytes = mutate(readFileSync(pathOf(name)), numbers(1));
      expect([name, linesOf(await read(name, whole(bytes)))]).toEqual([name, expected[name]]);
    }
  });

  test('in pieces of 1, 2 or 7 bytes', async () => {
    for (const name of files)
      for (const size of [1, 2, 7]) {
        const bytes = readFileSync(pathOf(name));
        expect([name, linesOf(await read(name, pieces(bytes, size)))]).toEqual([name, expected[name]]);
      }
  });
});

test('500 damaged files: none ends it, none is slow, none turns green', async () => {
  const mutators = Object.entries(damaging);
  const random = numbers(20_260_301);
  const sums = { red: 0, unchecked: 0, green: 0 };
  let slowest = 0;
  for (let at = 0; at < 500; at += 1) {
    const name = filled[at % filled.length] ?? '';
    const [kind, mutate] = mutators[random(mutators.length)] ?? ['', (bytes: Buffer) => bytes];
    const before = readFileSync(pathOf(name));
    const was = await read(name, whole(before));
    const began = process.cpuUsage();
    const is = await read(name, whole(mutate(before, random)));
    const { user, system } = process.cpuUsage(began);
    slowest = Math.max(slowest, (user + system) / 1000);
    if (!green(was)) expect([at, name, kind, green(is)]).toEqual([at, name, kind, false]);
    sums[evidence(is) ? 'red' : is.unchecked.length > 0 ? 'unchecked' : 'green'] += 1;
  }
  // ms of processor time
  expect(slowest).toBeLessThan(1000);
  expect(sums.red).toBeGreaterThan(100);
  expect(sums.unchecked).toBeGreaterThan(100);
  process.stderr.write(
    `corpora: 500 mutants of ${filled.length} files: ${sums.red} red, ${sums.unchecked} unchecked, ${sums.green} green as before, slowest ${slowest.toFixed(0)} ms\n`,
  );
});
