import { expect, test } from '@jest/globals';
import { inputsHash, labelsOf } from './labels.ts';
import type { Commit, Inputs } from './labels.ts';

const id = '0123456789abcdef0123456789abcdef01234567';
const inputs: Inputs = {
  context: '.',
  file: undefined,
  target: undefined,
  platforms: ['linux/amd64', 'linux/arm64'],
  args: { A: '1', B: '2' },
  labels: {},
  secrets: ['ONE', 'TWO'],
  reproducible: true,
};

test('what was asked for has one hash, in whatever order it is written', () => {
  const hash = inputsHash(id, inputs);
  expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
  const turned = { ...inputs, platforms: ['linux/arm64', 'linux/amd64'], args: { B: '2', A: '1' }, secrets: ['TWO', 'ONE'] }; // prettier-ignore
  expect(inputsHash(id, turned)).toBe(hash);
});

test.each<[string, Partial<Inputs>]>([
  ['context', { context: 'web' }],
  ['file', { file: 'web/Dockerfile' }],
  ['target', { target: 'web' }],
  ['platforms', { platforms: ['linux/amd64'] }],
  ['args', { args: { A: '1', B: '3' } }],
  ['labels', { labels: { a: 'b' } }],
  ['secrets', { secrets: ['ONE'] }],
  ['reproducible', { reproducible: false }],
])('another hash for another %s', (_, other) => {
  expect(inputsHash(id, { ...inputs, ...other })).not.toBe(inputsHash(id, inputs));
});

test('another hash for another commit, and for files that are not those of the commit', () => {
  const all = [inputsHash(id, inputs), inputsHash(id.replace('0', '1'), inputs), inputsHash(id, inputs, 'abcd')];
  expect(new Set(all).size).toBe(3);
});

test('labels say what the commit decides; a person’s own win, but for what an image is found by', () => {
  const commit: Commit = { id, time: 1700000000, source: 'https://github.com/team/app', repository: 'team/app' };
  const own = { 'org.opencontainers.image.title': 'The app', 'org.opencontainers.image.revision': 'x', 'landfall.inputs': 'y' }; // prettier-ignore
  expect(labelsOf(commit, `sha256:beef${'0'.repeat(60)}`, own)).toEqual({
    'org.opencontainers.image.title': 'The app',
    'org.opencontainers.image.source': 'https://github.com/team/app',
    'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
    'org.opencontainers.image.revision': id,
    'landfall.build': '0123456-beef',
    'landfall.inputs': `sha256:beef${'0'.repeat(60)}`,
  });
});
