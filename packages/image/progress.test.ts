import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { progress } from './progress.ts';

/** What buildx 0.38.2 wrote for a build, by `--progress rawjson`. */
const said = (name: string): readonly string[] =>
  readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8').split('\n');

const read = (lines: readonly string[]) => {
  const shown: string[] = [];
  const heard = progress((line) => shown.push(line));
  for (const line of lines) heard.line(line);
  return { heard, shown };
};

test('steps of a build that went well', () => {
  const { heard, shown } = read(said('built.rawjson'));
  expect(heard.steps().map(({ name, outcome }) => [name.slice(0, 25), outcome])).toEqual([
    ['[base 1/3] COPY busybox /', 'done'],
    ['[base 2/3] RUN ["/bin/bus', 'done'],
    ['[base 3/3] RUN --mount=ty', 'done'],
    ['exporting to oci image fo', 'done'],
    ['resolving provenance for ', 'done'],
  ]);
  const slept = heard.steps()[1]?.ms ?? 0;
  expect([slept > 1000, slept < 1500]).toEqual([true, true]);
  expect(shown.filter((line) => line.startsWith('    '))).toEqual(['    hello', '    wörld']);
  expect([heard.failed(), heard.warnings(), heard.said()]).toEqual([undefined, [], []]);
});

test('the step that failed, with what it said last', () => {
  const { heard } = read(said('failed.rawjson'));
  const failed = heard.failed();
  expect(failed?.name).toMatch(/^\[2\/2\] RUN /);
  expect(failed?.tail).toEqual(['before', '100%', 'wörld']);
  expect(failed?.error).toMatch(/did not complete successfully: exit code: 3$/);
  expect(heard.steps().map(({ outcome }) => outcome)).toEqual(['cached', 'failed']);
  expect(heard.said().at(-1)).toMatch(/^ERROR: failed to build/);
});

const vertex = (more: object): string =>
  JSON.stringify({ vertexes: [{ digest: 'sha256:a', name: '[1/1] RUN x', ...more }] });
const log = (bytes: Buffer): string =>
  JSON.stringify({ logs: [{ vertex: 'sha256:a', stream: 1, data: bytes.toString('base64') }] });

test('a letter in two pieces, a step told twice, a cached one, what is no progress', () => {
  const [start, end] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:02.5Z'];
  const { heard, shown } = read([
    vertex({}),
    vertex({ started: start }),
    log(Buffer.from('ö').subarray(0, 1)),
    log(Buffer.concat([Buffer.from('ö').subarray(1), Buffer.from('\nrest')])),
    vertex({ started: start, completed: end }),
    vertex({ started: start, completed: end }),
    JSON.stringify({ vertexes: [{ digest: 'sha256:b', name: '[2/2] COPY', started: end, completed: end, cached: true }] }), // prettier-ignore
    JSON.stringify({ warnings: [{ vertex: 'sha256:a', short: Buffer.from('JSONArgs').toString('base64') }] }),
    'WARN: something',
    '{ no json',
  ]);
  expect(shown).toEqual(['    ö', '    rest', '✓ [1/1] RUN x (2.5 s)', '✓ [2/2] COPY: cached', 'WARN: something', '{ no json']); // prettier-ignore
  expect(heard.steps()).toEqual([
    { name: '[1/1] RUN x', outcome: 'done', ms: 2500 },
    { name: '[2/2] COPY', outcome: 'cached', ms: 0 },
  ]);
  expect(heard.warnings()).toEqual(['JSONArgs']);
});

test('of a line that is very long what cannot hold a part of a word is shown, and no line is cut in a word', () => {
  const [start, end] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
  const secret = `geheim-${'4711'.repeat(20)}`;
  const parts = (text: string): readonly string[] => text.split(' ').filter((word) => /geheim|4711/.test(word));
  const within = `${'x'.repeat(1990)} ${secret} end`;
  const before = `${secret} ${'x'.repeat(1960)}`;
  const beyond = `${'y '.repeat(32_740)}${secret} ${'y '.repeat(99)}`;
  for (const [line, size] of [
    [within, 9999],
    [before, 50],
    [beyond, 500],
    [beyond, 99_999],
  ] as const) {
    const bytes = Buffer.from(line);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => log(bytes.subarray(at * size, at * size + size))); // prettier-ignore
    const { heard, shown } = read([vertex({ started: start }), ...pieces, log(Buffer.from('more\nlast')), vertex({ started: start, completed: end, error: 'no' })]); // prettier-ignore
    for (const text of [...shown, ...(heard.failed()?.tail ?? [])]) expect(parts(text).filter((word) => word !== secret)).toEqual([]); // prettier-ignore
    expect(shown.at(-2)).toBe('    last');
  }
  const said = read([within]).heard.said();
  expect(said).toEqual([within]);
});

test('a cached step stays one, though what it holds is fetched later', () => {
  const [start, end] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:02.5Z'];
  const { heard, shown } = read([
    vertex({ started: start, completed: start, cached: true }),
    vertex({ started: start }),
    vertex({ started: start, completed: end }),
  ]);
  expect(heard.steps()).toEqual([{ name: '[1/1] RUN x', outcome: 'cached', ms: 0 }]);
  expect(shown).toEqual(['✓ [1/1] RUN x: cached']);
});

test('of several steps that end badly, the one that others were cancelled for', () => {
  const failed = (digest: string, error: string): string =>
    JSON.stringify({ vertexes: [{ digest, name: digest, started: '2026-01-01T00:00:00Z', completed: '2026-01-01T00:00:01Z', error }] }); // prettier-ignore
  const { heard } = read([failed('one', 'context canceled'), failed('two', 'exit code: 1'), failed('three', 'exit code: 2')]); // prettier-ignore
  expect(heard.failed()).toEqual({ name: 'two', error: 'exit code: 1', tail: [] });
});
