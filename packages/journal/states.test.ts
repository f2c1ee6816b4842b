import { describe, expect, test } from '@jest/globals';
import { standings, states, wishes } from './index.ts';

/** Written by hand, cell by cell: a change of the table must be a change here. Refusals are their codes. */
const expected = `
                      | deploy         prepare        switch         confirm             abort   abort-by-hand smoke               rollback           sign-off
none                  | open           go             open           TX_NOTHING_SWITCHED nothing nothing       test                RELEASE_AMBIGUOUS  RELEASE_AMBIGUOUS
open-own              | resume         go             resume         TX_NOTHING_SWITCHED undo    undo          TX_NOTHING_SWITCHED undo               test
open-other            | wait           go             wait           TX_BUSY             TX_BUSY undo          warn-test           wait               TX_BUSY
switched-own          | finish         go             finish         confirm             undo    undo          test                undo               test
switched-other        | wait           go             wait           TX_BUSY             TX_BUSY undo          warn-test           wait               TX_BUSY
confirmed-own         | open           go             open           nothing             nothing nothing       test                open               test
confirmed-other       | open           go             open           TX_NOTHING_SWITCHED nothing nothing       test                open               test
undone-own            | open           go             open           TX_UNDONE           nothing nothing       TX_UNDONE           nothing            test
undone-other          | open           go             open           TX_NOTHING_SWITCHED nothing nothing       test                open               test
open-own-rollback     | open           go             open           TX_NOTHING_SWITCHED undo    undo          TX_NOTHING_SWITCHED resume             test
switched-own-rollback | wait           go             wait           confirm             undo    undo          test                finish             test
confirmed-own-rollback| open           go             open           nothing             nothing nothing       test                nothing            test
rolled-back-own       | TX_ROLLED_BACK TX_ROLLED_BACK TX_ROLLED_BACK TX_ROLLED_BACK      nothing nothing       TX_ROLLED_BACK      nothing            test
held                  | TX_HELD        go             TX_HELD        TX_HELD             undo    undo          warn-test           TX_HELD            TX_HELD
`;

const [head = '', ...rows] = expected.trim().split('\n');
const columns = head.replace('|', '').trim().split(/\s+/);
const cells = rows.flatMap((row) => {
  const [found = '', answers = ''] = row.split('|');
  return answers.trim().split(/\s+/).map((answer, at) => [found.trim(), columns[at] ?? '', answer] as const); // prettier-ignore
});

describe('the table of found states', () => {
  test('is all here: each state and each wish', () => {
    expect(columns).toEqual([...wishes]);
    expect([...new Set(cells.map(([found]) => found))].sort()).toEqual([...standings].sort());
    expect(cells).toHaveLength(standings.length * wishes.length);
    expect(Object.keys(states).sort()).toEqual([...standings].sort());
    for (const row of Object.values(states)) expect(Object.keys(row).sort()).toEqual([...wishes].sort());
  });

  test.each(cells)('%s × %s: %s', (found, wish, answer) => {
    const cell = (states as Record<string, Record<string, unknown>>)[found]?.[wish];
    expect(cell).toEqual(/^[A-Z]/.test(answer) ? { refuse: answer } : answer);
  });
});
