import { expect, test } from '@jest/globals';
import { mayKeep } from './package-caches.ts';

const main = { branch: 'main' };

test.each(['push', 'schedule', 'workflow_dispatch'])('a run of a branch by %s keeps', (event) => {
  expect(mayKeep({ event, change: main })).toBe(true);
});

test.each([
  ['pull_request', {}],
  ['pull_request_target', {}],
  ['merge_group', {}],
  ['workflow_run', {}],
  ['issue_comment', {}],
  ['repository_dispatch', {}],
  ['of another event', { event: 'new_one' }],
  ['of no event', { event: undefined }],
  ['push about a fork', { event: 'push', fork: 'eve/notes' }],
  ['push of a tag', { event: 'push', change: { tag: 'v1' } }],
  ['push of nothing that is known', { event: 'push', change: undefined }],
])('a run %s keeps nothing', (event, more) => {
  const { change, ...rest } = { event, change: main, ...more } as Parameters<typeof mayKeep>[0];
  expect(mayKeep({ ...rest, ...(change === undefined ? {} : { change }) })).toBe(false);
});
