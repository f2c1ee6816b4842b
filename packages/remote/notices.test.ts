import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messagesOf, noticesFile } from '#notify';
import { webhooks } from '../../test/fakes/webhooks.ts';
import type { Webhooks } from '../../test/fakes/webhooks.ts';

const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
const shells = [
  ['dash', ['dash']],
  ['busybox', ['busybox', 'sh']],
] as const;
/** A host that lacks curl. */
const without = 'command() { [ "$2" != curl ]; }\n';

let people: Webhooks;
beforeAll(async () => {
  people = await webhooks();
});
afterAll(() => people.close());

/** What is hostile in a name shall arrive as it is: quotes, backslashes, line ends, shell, separators that JSON need not escape. */
const hostile = 'a "quote" \\ back\\nslash\n$(id) `id` é \u2028 %{http_code} @/etc/passwd ⏪';

const message = (kind: 'slack' | 'teams' | 'webhook', url: string): string => {
  const report = { action: 'deploy-over-ssh', result: 'undone' as const, target: hostile };
  const notice = {
    event: 'reverted' as const,
    title: hostile,
    text: hostile,
    facts: [['x', hostile] as const],
    report,
  };
  const receiver = { kind, url: 'HOOK', on: ['reverted' as const] };
  const messages = messagesOf(notice, [receiver], { HOOK: url });
  return (
    noticesFile([{ came: 'undone', why: 'silence', messages }])
      ?.trim()
      .split(' ')
      .at(-1) ?? ''
  );
};

const patient = read('notices.sh')
  .replace('--max-time 5', '--max-time 60')
  .replace('timeout -k 1 7', 'timeout -k 1 90')
  .replace('timeout=5', 'timeout=60');

/** Delivers a message; the exit code, and what deliver heard. */
const deliver = async ([shell, ...words]: readonly string[], given: string, before = ''): Promise<string> => {
  // a busy machine has more time for each, and nobody waits between two tries here
  const text = `${read('common.sh')}${patient}${before}sleep() { :; }\ndeliver "$1" && ok=yes || ok=no\nprintf '%s %s' "$ok" "$code"\n`;
  const child = spawn(shell ?? '', [...words, '-c', text, 'deliver', given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  return said;
};

describe.each(shells)('a message that was made before, under %s', (_, shell) => {
  describe.each([
    ['curl', ''],
    ['python3', without],
  ])('by %s', (__, before) => {
    test.each(['slack', 'teams', 'webhook'] as const)('arrives as it was made: %s', async (kind) => {
      const from = people.taken.length;
      const refused = people.refused.length;
      expect(await deliver(shell, message(kind, people.url(kind)), before)).toBe(
        kind === 'teams' ? 'yes 202' : 'yes 200',
      );
      const [taken, ...more] = people.taken.slice(from);
      expect(more).toEqual([]);
      expect(taken?.kind).toBe(kind);
      if (kind === 'webhook') expect(taken?.json).toMatchObject({ title: hostile, text: hostile, target: hostile });
      expect(people.refused.slice(refused)).toEqual([]);
    });

    test('is tried three times at a service that is down, and once where it is refused', async () => {
      const from = people.requests();
      people.fail(503, 3);
      expect(await deliver(shell, message('slack', people.url('slack')), before)).toBe('no 503');
      expect(people.requests() - from).toBe(3);
      expect(await deliver(shell, message('slack', `${people.url('slack')}x`), before)).toBe('no 403');
      expect(people.requests() - from).toBe(4);
      expect(await deliver(shell, message('slack', 'http://127.0.0.1:1/x'), before)).toBe('no ');
    });
  });
});
