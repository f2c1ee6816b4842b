import { expect, test } from '@jest/globals';
import { Failure, fail, ok } from '#fault';
import { timeline } from '#plan';

const recorder = () => {
  let time = 0;
  const lines: string[] = [];
  const line = timeline({ clock: { now: () => time }, show: (text) => lines.push(text) });
  return { lines, line, pass: (ms: number) => (time += ms) };
};

test('steps are shown as they go and kept with their times', async () => {
  const { lines, line, pass } = recorder();
  const value = await line.step('a', 'look', async (note) => {
    await Promise.resolve();
    pass(1200);
    note('nothing there');
    return ok(5);
  });
  expect(value).toEqual(ok(5));
  expect(lines).toEqual(['→ look', '✓ look (1.2 s): nothing there']);
  expect(line.timed()).toEqual([{ id: 'a', says: 'look', ms: 1200, ok: true, note: 'nothing there' }]);
});

test('a step that throws, or gives back a fault, has failed', async () => {
  const { lines, line, pass } = recorder();
  const failure = new Failure({ code: 'CHECK_FAILED', what: 'x', next: 'y' });
  await expect(
    line.step('a', 'check', () => {
      pass(10);
      return Promise.reject(failure);
    }),
  ).rejects.toBe(failure);
  const given = fail({ code: 'TX_BUSY', what: 'x', next: 'y' });
  expect(await line.step('b', 'open', () => Promise.resolve(given))).toBe(given);
  expect(lines).toEqual(['→ check', '✗ check (10 ms)', '→ open', '✗ open (0 ms)']);
  expect(line.timed().map((timed) => timed.ok)).toEqual([false, false]);
});
