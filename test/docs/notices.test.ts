/** docs/notices.md: the example of a message is what is sent, and the example of a check finds what is genuine. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { resolveTarget } from '#config';
import { messagesOf, noticeOf } from '#notify';
import type { Report } from '#plan';
import { blocks } from './markdown.ts';

const text = readFileSync(new URL('../../docs/notices.md', import.meta.url), 'utf8');
const [settings = ''] = blocks(text, 'yaml');
const [example = ''] = blocks(text, 'json');
const [check = ''] = blocks(text, 'js');

const report: Report = {
  v: 1,
  action: 'deploy-over-ssh',
  result: 'undone',
  verdict: 'the check GET /health/ failed: status 500; 8d01e77-0c4a serves',
  target: 'production',
  host: 'app@example.org',
  url: 'https://example.org',
  transaction: 't42',
  release: '8d01e77-0c4a',
  previous: '8d01e77-0c4a',
  run: { url: 'https://github.com/OWNER/app/actions/runs/1234567890', actor: 'ada' },
  startedAt: '2026-01-02T03:04:05.000Z',
  ms: 9000,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
  fault: {
    code: 'CHECK_FAILED',
    what: 'the check GET /health/ failed: status 500',
    step: 'checks',
    said: [],
    next: 'Mend the release and deploy again.',
  },
};

const overrides = { host: 'app@example.org', path: '/srv/app' };
const { target } = resolveTarget({ text: settings, file: 'landfall.yml', overrides });
const notice = noticeOf(report);
const messages =
  notice === undefined ? [] : messagesOf(notice, target?.notify ?? [], { STATUS_HOOK_KEY: 'a key of ours' });

test('the example of landfall.yml tells whom it says', () => {
  expect(target?.notify).toEqual([
    { kind: 'slack', url: 'SLACK_WEBHOOK', on: ['success', 'failure', 'undone', 'held', 'reverted'] },
    { kind: 'teams', url: 'TEAMS_WEBHOOK', on: ['failure', 'undone', 'held', 'reverted'] },
    {
      kind: 'webhook',
      url: 'STATUS_HOOK',
      secret: 'STATUS_HOOK_KEY',
      on: ['success', 'failure', 'undone', 'held', 'reverted'],
    },
  ]);
  expect(messages).toHaveLength(3);
});

test('the example of a message is what is sent', () => {
  expect(JSON.parse(example)).toEqual(JSON.parse(messages.at(-1)?.body ?? ''));
});

test('the example of a check knows a genuine message from any other', async () => {
  const module = `data:text/javascript,${encodeURIComponent(check)}`;
  const { genuine } = (await import(module)) as {
    genuine: (body: string, header: string | undefined, key: string) => boolean;
  };
  const { body = '', headers } = messages.at(-1) ?? {};
  const header = headers?.['x-landfall-signature-256'];
  expect(genuine(body, header, 'a key of ours')).toBe(true);
  expect(genuine(`${body} `, header, 'a key of ours')).toBe(false);
  expect(genuine(body, header, 'another key')).toBe(false);
  expect(genuine(body, undefined, 'a key of ours')).toBe(false);
});
