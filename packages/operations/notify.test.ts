import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { noticeOf } from '#notify';
import type { Receiver, Report } from '#plan';
import { fakeClock } from '../../test/fakes/scene.ts';
import { webhooks } from '../../test/fakes/webhooks.ts';
import type { Webhooks } from '../../test/fakes/webhooks.ts';
import { post } from '../kit/post.ts';
import { notifyProblems, tell } from './notify.ts';

const kinds = ['slack', 'teams', 'webhook'] as const;
const notify = kinds.map((kind): Receiver => ({ kind, url: kind.toUpperCase(), on: ['success', 'failure'] }));
const report: Report = {
  v: 1,
  action: 'deploy-over-ssh',
  result: 'done',
  verdict: 'B serves',
  release: 'B',
  run: { url: 'https://github.com/o/r/actions/runs/7', actor: 'ann' },
  startedAt: '2026-01-02T03:04:05.000Z',
  ms: 1,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
};

describe('a notice', () => {
  let services: Webhooks;
  let values: Record<string, string>;
  const clock = fakeClock();
  const teller = { post, clock, signal: new AbortController().signal };
  const notices = [noticeOf(report)].flatMap((one) => one ?? []);
  const send = (to: readonly Receiver[] = notify, how = teller) => tell(how, { notify: to }, values, notices);

  beforeAll(async () => {
    services = await webhooks();
  });
  beforeEach(() => {
    values = Object.fromEntries(kinds.map((kind) => [kind.toUpperCase(), services.url(kind)]));
  });
  afterAll(() => services.close());

  test('is taken by all three services as they document it', async () => {
    expect(await send()).toEqual([]);
    expect(services.taken.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    expect(services.refused).toEqual([]);
  });

  test.each([500, 429])('is sent again after %d, twice', async (status) => {
    const before = services.requests();
    services.fail(status, 2);
    expect(await send(notify.slice(0, 1))).toEqual([]);
    expect(services.requests() - before).toBe(3);
  });

  test('has no answer where the service says nothing', async () => {
    const silent = await webhooks();
    silent.fail(-1, 1);
    const request = { url: silent.url('webhook'), headers: {}, body: '{}', limit: 300 };
    expect(await post(request)).toEqual({ said: 'no answer in time' });
    await silent.close();
  });

  test('is sent again after no answer, twice', async () => {
    const before = services.requests();
    let tries = 0;
    const heardLate: typeof post = (request) =>
      (tries += 1) <= 2 ? Promise.resolve({ said: 'no answer in time' }) : post(request);
    expect(await send(notify.slice(0, 1), { ...teller, post: heardLate })).toEqual([]);
    expect([tries, services.requests() - before]).toEqual([3, 1]);
  });

  test('that does not arrive is a warning, in the service’s word and without the address', async () => {
    services.fail(503, 3);
    const [one, ...more] = await send(notify.slice(0, 1));
    expect(more).toEqual([]);
    expect(one).toEqual({ kind: 'warning', text: 'the notice to slack did not arrive: 503' });
    values['TEAMS'] = 'http://127.0.0.1:1/secret-path';
    expect(await send(notify.slice(1, 2))).toEqual([
      { kind: 'warning', text: 'the notice to teams did not arrive: ECONNREFUSED' },
    ]);
  });

  test('that is refused is not sent again', async () => {
    values['SLACK'] = `${services.url('slack')}x`;
    const before = services.requests();
    expect(await send(notify.slice(0, 1))).toMatchObject([
      { text: 'the notice to slack did not arrive: 403 invalid_token' },
    ]);
    expect(services.requests() - before).toBe(1);
  });

  test('of a cancelled run is tried once', async () => {
    services.fail(500, 3);
    const before = services.requests();
    expect(await send(notify.slice(0, 1), { ...teller, signal: AbortSignal.abort() })).toHaveLength(1);
    expect(services.requests() - before).toBe(1);
    services.fail(0, 0);
  });
});

describe('the variables that notify names', () => {
  const secret: Receiver = { kind: 'webhook', url: 'HOOK', secret: 'KEY', on: ['success'] };

  test('must be listed, and hold an address; none is shown', () => {
    const problems = notifyProblems({ notify: [secret] }, ['HOOK'], { HOOK: 'ftp://user:hidden@example.org' });
    expect(problems.map(({ where, what }) => `${where}: ${what}`)).toEqual([
      'input env: HOOK, for notify.webhook, holds no https:// address',
      'input env: notify.webhook needs KEY, which is not listed',
    ]);
    expect(JSON.stringify(problems)).not.toContain('hidden');
  });

  test.each(['https://hooks.slack.com/services/T/B/x', 'http://127.0.0.1:9/x', 'http://[::1]:9/x'])(
    'may hold %s',
    (url) => {
      expect(notifyProblems({ notify: [secret] }, ['HOOK', 'KEY'], { HOOK: url, KEY: 'k' })).toEqual([]);
    },
  );

  test.each(['http://example.org/x', 'hooks.slack.com', 'file:///etc/passwd'])('may not hold %s', (url) => {
    expect(notifyProblems({ notify: [secret] }, ['HOOK', 'KEY'], { HOOK: url, KEY: 'k' })).toHaveLength(1);
  });
});
