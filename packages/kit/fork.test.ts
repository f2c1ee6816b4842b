import { describe, expect, test } from '@jest/globals';
import { forkOf } from './fork.ts';

const repo = (name: string | null) => (name === null ? null : { full_name: name });
const pull = (head: string | null, base = 'o/r') => ({
  pull_request: { head: { repo: repo(head) }, base: { repo: repo(base) } },
});
const after = (head: string | null) => ({ workflow_run: { head_repository: repo(head), repository: repo('o/r') } });

describe('a run is about a fork', () => {
  test.each<[string, unknown, string]>([
    ['pull_request', pull('eve/r'), 'eve/r'],
    ['pull_request_target', pull('eve/r'), 'eve/r'],
    ['pull_request_review', pull('eve/r'), 'eve/r'],
    ['pull_request_review_comment', pull('eve/r'), 'eve/r'],
    ['workflow_run', after('eve/r'), 'eve/r'],
    ['pull_request', pull(null), 'an unknown repository'],
    ['pull_request_target', {}, 'an unknown repository'],
    ['pull_request_target', undefined, 'an unknown repository'],
    ['workflow_run', after(null), 'an unknown repository'],
    ['pull_request', { pull_request: 'odd' }, 'an unknown repository'],
  ])('%s %j', (event, payload, fork) => {
    expect(forkOf(event, payload)).toBe(fork);
  });
});

describe('a run is about no fork', () => {
  test.each<[string, unknown]>([
    ['pull_request', pull('o/r')],
    ['pull_request_target', pull('O/R')],
    ['workflow_run', after('o/r')],
    ['push', {}],
    ['workflow_dispatch', undefined],
    ['schedule', {}],
    ['', undefined],
  ])('%s %j', (event, payload) => {
    expect(forkOf(event, payload)).toBeUndefined();
  });
});
