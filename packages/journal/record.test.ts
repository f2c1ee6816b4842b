import { expect, test } from '@jest/globals';
import { chronicle, line } from '../../test/fakes/journal.ts';
import { approvalsText, fold, readJournal, recordOf } from './index.ts';

const journal = (): ReturnType<typeof chronicle> => {
  const host = chronicle();
  host.deploy('A');
  host.deploy('B');
  return host;
};
const at = (text: string) => readJournal(text).events;
const noted = (tx: number, e: string, text: string): string => `${line(tx, e, text, {})}\n`;

test('what a journal keeps of the people around a transaction', () => {
  const approvals = [{ environment: 'production "eu"\n', by: 'ada' }];
  const text =
    journal().text() +
    noted(2, 'approved', approvalsText(approvals)) +
    noted(2, 'verified', 'grace\nhttps://github.com/o/r/actions/runs/9') +
    noted(2, 'verified', 'bob') +
    noted(1, 'verified', 'eve');
  const when = '2025-06-15T15:06:42.000Z';
  expect(recordOf(at(text), 2)).toEqual({
    transaction: 't2',
    release: 'B',
    opened: { by: 'ann', at: when },
    approvals,
    confirmedAt: when,
    verified: [
      { by: 'grace', at: when },
      { by: 'bob', at: when },
    ],
  });
  expect(recordOf(at(text), 3)).toBeUndefined();
});

test('changes nothing about what serves', () => {
  const text = journal().text();
  const more = text + noted(2, 'approved', '[]') + noted(1, 'verified', 'bob');
  expect(fold(readJournal(more))).toEqual(fold(readJournal(text)));
});

test.each(['', '[', '{"by":"x"}', '[null,{"by":1,"environment":"x"},"x"]'])('approvals that are none: %s', (text) => {
  expect(recordOf(at(journal().text() + noted(2, 'approved', text)), 2)?.approvals).toEqual([]);
});
