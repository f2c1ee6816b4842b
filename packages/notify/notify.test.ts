import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { messagesOf, noticeOf, revertedNotice } from '#notify';
import type { Notice } from '#notify';
import type { NoticeEvent, Outcome, Receiver, Report } from '#plan';

const report = (over: Partial<Report> = {}): Report => ({
  v: 1,
  action: 'deploy-over-ssh',
  result: 'done',
  verdict: 'B serves after A (t5)',
  target: 'production',
  host: 'app@example.org',
  url: 'https://example.org',
  release: 'B',
  previous: 'A',
  transaction: 't5',
  run: { url: 'https://github.com/o/r/actions/runs/7', actor: 'ann' },
  startedAt: '2026-01-02T03:04:05.000Z',
  ms: 4200,
  timeline: [],
  gap: { measured: true, ms: 130, requests: 9, bad: 1 },
  processes: [],
  checks: [],
  notes: [],
  ...over,
});
const failed = report({
  result: 'undone',
  verdict: 'a check failed; A serves',
  release: 'A',
  fault: { code: 'CHECK_FAILED', what: 'GET / <b>*failed*</b> & more', step: 'checks', said: [], next: 'Mend it.' },
});
const all: readonly NoticeEvent[] = ['success', 'failure', 'undone', 'held', 'reverted'];
const receiver = (kind: Receiver['kind'], more: Partial<Receiver> = {}): Receiver => ({
  kind,
  url: 'HOOK',
  on: all,
  ...more,
});
const values = { HOOK: 'https://hooks.example.org/secret', KEY: 'key' };

const notice = (of: Report): Notice => {
  const made = noticeOf(of);
  if (made === undefined) throw new Error('there is no notice');
  return made;
};
const body = (kind: Receiver['kind'], of: Notice): string => messagesOf(of, [receiver(kind)], values)[0]?.body ?? '';

describe('people are told of an end', () => {
  test.each<[Outcome, NoticeEvent | undefined]>([
    ['done', 'success'],
    ['unchanged', undefined],
    ['planned', undefined],
    ['refused', 'failure'],
    ['failed', 'failure'],
    ['undone', 'undone'],
    ['held', 'held'],
  ])('%s: %s', (result, event) => {
    expect(noticeOf(report({ result }))?.event).toBe(event);
  });

  test('but not before it is one, nor of what is no news', () => {
    expect(noticeOf(report({ undo: { line: 'x', by: '2026-01-02T04:00:00Z' } }))).toBeUndefined();
    expect(noticeOf(report(), { quiet: true })).toBeUndefined();
    expect(noticeOf(report({ result: 'failed' }), { quiet: true })?.event).toBe('failure');
    expect(noticeOf(report(), { back: true })?.event).toBe('undone');
  });

  test('in words that name the step, the host, the run and what serves', () => {
    const { title, facts, run, text } = notice(failed);
    expect(title).toContain('deploy-over-ssh production on app@example.org: undone');
    expect(text).toBe('a check failed; A serves');
    expect(Object.fromEntries(facts)).toMatchObject({
      step: 'checks',
      fault: 'CHECK_FAILED',
      serves: 'A',
      next: 'Mend it.',
    });
    expect(run).toBe('https://github.com/o/r/actions/runs/7');
  });

  test('and of what a host did by itself', () => {
    const reverted = {
      number: 4,
      release: 'X',
      previous: 'A',
      held: false,
      says: 't4 …',
      at: '2026-01-01T00:00:00.000Z',
    };
    expect(revertedNotice(report(), reverted)).toMatchObject({
      event: 'reverted',
      title: '⏪ app@example.org took t4 back by itself',
      text: 't4 …',
      at: '2026-01-01T00:00:00.000Z',
    });
  });
});

test('only who wants to hear of it is told', () => {
  const receivers = [receiver('slack', { on: ['held'] }), receiver('teams', { on: ['undone', 'held'] })];
  expect(messagesOf(notice(failed), receivers, values).map(({ kind }) => kind)).toEqual(['teams']);
  expect(messagesOf(notice(report()), receivers, values)).toEqual([]);
});

describe('a message for Slack', () => {
  test('shows text as text: no mention, no link, no markup of its own', () => {
    const made = body('slack', { ...notice(failed), text: '<!channel> <https://evil.example|here> & so' });
    expect(made).toContain('&lt;!channel&gt; &lt;https://evil.example|here&gt; &amp; so');
    expect(made).not.toMatch(/<!|<https:\/\/evil/);
    expect(made).toContain('<https://github.com/o/r/actions/runs/7|the run>');
  });

  test.each(['x', '<', '&', '😀'])('is as short as Slack wants it, of %s', (character) => {
    const long = character.repeat(9000);
    const facts = Array.from({ length: 20 }, (_, at) => [`n${at}`, long] as const);
    const { text, blocks } = JSON.parse(body('slack', { ...notice(report()), title: long, text: long, facts })) as {
      text: string;
      blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[];
    };
    const [header, section, fields] = blocks;
    expect(text.length).toBeLessThanOrEqual(3000);
    expect(header?.text?.text.length).toBeLessThanOrEqual(150);
    expect(header?.text?.text).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    expect(section?.text?.text.length).toBeLessThanOrEqual(3000);
    expect(section?.text?.text.length).toBeGreaterThan(2900);
    expect(fields?.fields).toHaveLength(10);
    for (const field of fields?.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2000);
  });
});

describe('a message for Teams', () => {
  test('is one card of a version that Teams shows everywhere', () => {
    const made = JSON.parse(body('teams', notice(failed))) as { attachments: { content: Record<string, unknown> }[] };
    expect(made).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
    });
    expect(made.attachments[0]?.content).toMatchObject({ type: 'AdaptiveCard', version: '1.2' });
  });

  test('shows text as text', () => {
    expect(body('teams', { ...notice(failed), text: '[here](https://evil.example) *b*' })).toContain(
      JSON.stringify('\\[here\\](https://evil.example) \\*b\\*'),
    );
  });

  test.each(['x', '*', '😀', '"'])('is below 28 kB, of %s', (character) => {
    const long = character.repeat(9000);
    const facts = Array.from({ length: 20 }, (_, at) => [`n${at}`, long] as const);
    const made = body('teams', { ...notice(report()), title: long, text: long, facts });
    expect(Buffer.byteLength(made)).toBeLessThan(28 * 1024);
  });
});

describe('a message for any webhook', () => {
  test('is data', () => {
    expect(JSON.parse(body('webhook', notice(failed)))).toEqual({
      v: 1,
      event: 'undone',
      title: '↩️ deploy-over-ssh production on app@example.org: undone',
      text: 'a check failed; A serves',
      at: '2026-01-02T03:04:05.000Z',
      action: 'deploy-over-ssh',
      result: 'undone',
      target: 'production',
      host: 'app@example.org',
      url: 'https://example.org',
      release: 'A',
      previous: 'A',
      transaction: 't5',
      run: 'https://github.com/o/r/actions/runs/7',
      fault: { code: 'CHECK_FAILED', what: 'GET / <b>*failed*</b> & more', step: 'checks', next: 'Mend it.' },
    });
  });

  test('is signed where there is a key', () => {
    const [message] = messagesOf(notice(report()), [receiver('webhook', { secret: 'KEY' })], values);
    const hex = createHmac('sha256', 'key')
      .update(message?.body ?? '')
      .digest('hex');
    expect(message?.headers).toEqual({
      'content-type': 'application/json',
      'x-landfall-event': 'success',
      'x-landfall-signature-256': `sha256=${hex}`,
    });
    expect(messagesOf(notice(report()), [receiver('webhook')], values)[0]?.headers).not.toHaveProperty(
      'x-landfall-signature-256',
    );
  });
});
