import { expect, test } from '@jest/globals';
import type { Answer, SarifUpload } from '#plan';
import { uploadSarif } from './index.ts';

const file = { file: '/tmp/x.sarif', text: '{}' };
const about = { workspace: '/w', startedAt: new Date('2026-01-02T03:04:05Z') };
const sha = 'a'.repeat(40);
const github = (answer: Answer<string>) => {
  const given: SarifUpload[] = [];
  return { given, port: { uploadSarif: (one: SarifUpload) => (given.push(one), Promise.resolve(answer)) } };
};
const no = { ok: false, final: true, why: 'GitHub answered 403' } as const;

test('a file is uploaded for the commit and ref of the run', async () => {
  const { given, port } = github({ ok: true, value: 'x' });
  const context = { sha, ref: 'refs/pull/7/merge' };
  expect(await uploadSarif(port, file, { ...about, context })).toEqual({ file: file.file, upload: 'done' });
  expect(given).toEqual([
    { sarif: '{}', commit: sha, ref: context.ref, workspace: '/w', startedAt: '2026-01-02T03:04:05.000Z' },
  ]);
});

test.each([
  [{ sha, ref: 'refs/heads/main' }, 'GitHub answered 403', 1],
  [
    { sha, ref: 'refs/pull/7/merge', fork: 'x/y' },
    'GitHub answered 403; a run about a fork may not have that right',
    1,
  ],
  [
    { sha, ref: 'refs/merge-requests/1' },
    'code scanning takes branches, tags and pull requests, and this is refs/merge-requests/1',
    0,
  ],
  [{}, 'code scanning takes branches, tags and pull requests, and this is no run of GitHub', 0],
])('%j: why not is said', async (context, why, asked) => {
  const { given, port } = github(no);
  expect(await uploadSarif(port, file, { ...about, context })).toEqual({ file: file.file, upload: 'refused', why });
  expect(given).toHaveLength(asked);
});
