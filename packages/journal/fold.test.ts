import { describe, expect, test } from '@jest/globals';
import { chronicle, line } from '../../test/fakes/journal.ts';
import { fold, readJournal } from './index.ts';
import type { History } from './index.ts';

type Host = ReturnType<typeof chronicle>;

const of = (text: string): History => fold(readJournal(text));

/** What a host tells after this happened to it. */
const after = (happened: (host: Host) => void): History => {
  const host = chronicle();
  happened(host);
  return of(host.text());
};

/** The same, without the lines before the first one of this transaction: only the journal's end is read. */
const cutBefore = (tx: number, lines: readonly string[], drop = 0): History => {
  const at = lines.findIndex((one) => one.includes(`"tx":${tx},`));
  return of(lines.slice(at + drop).join('\n'));
};

const ways: readonly (readonly [says: string, happened: (host: Host) => void, line: string, left: string, serving: string])[] = [
  ['nothing', () => undefined, '', '', ''],
  ['a first deploy', (h) => { h.deploy('A'); }, 'A', '', '1'],
  ['two deploys', (h) => { h.deploy('A'); h.deploy('B'); }, 'A B', '', '2'],
  ['a first deploy, undone', (h) => { h.deploy('A', {}, 'undone'); }, '', '', ''],
  ['a deploy, undone', (h) => { h.deploy('A'); h.deploy('B', {}, 'undone'); }, 'A', '', '1'],
  ['a deploy that never switched', (h) => { h.deploy('A'); h.deploy('B', {}, 'undone-unswitched'); h.deploy('C'); }, 'A C', '', '3'],
  ['a deploy that is open', (h) => { h.deploy('A'); h.deploy('B', {}, 'open'); }, 'A', '', '1'],
  ['a deploy that is switched', (h) => { h.deploy('A'); h.deploy('B', {}, 'switched'); }, 'A', '', '1'],
  ['a deploy whose undo failed', (h) => { h.deploy('A'); h.deploy('B', {}, 'held'); }, 'A', '', '1'],
  ['a rollback', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); }, 'A', '2', '1 3'],
  ['a rollback, undone', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A', {}, 'undone'); }, 'A B', '', '2'],
  ['a rollback over two', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('C'); h.rollback('A'); }, 'A', '2 3', '1 4'],
  ['a deploy after a rollback', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); h.deploy('C'); }, 'A C', '2', '4'],
  ['a rollback forward', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); h.rollback('B'); }, 'A B', '', '2 4'],
  ['a rollback to a release that was undone', (h) => { h.deploy('A'); h.deploy('B', {}, 'undone'); h.rollback('B'); }, 'A B', '', '3'],
  ['taken back by hand', (h) => { h.deploy('A'); h.deploy('B'); h.byHand(2, 'A'); }, 'A', '2', '1 3'],
  ['taken back by hand in vain', (h) => { h.deploy('A'); h.deploy('B'); h.byHand(2, 'A', 'undone'); }, 'A B', '', '2'],
  ['taken back by hand at the second try', (h) => { h.deploy('A'); h.deploy('B'); h.byHand(2, 'A', 'undone'); h.byHand(2, 'A'); }, 'A', '2', '1 4'],
  ['the same release again', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('B'); }, 'A B', '', '2 3'],
  ['the same release again, then back', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('B'); h.rollback('A'); }, 'A', '2 3', '1 4'],
  ['an older content again', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('A'); }, 'A B A', '', '3'],
  ['an older content again, left', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('A'); h.rollback('B'); }, 'A B', '3', '2 4'],
  ['what was left, deployed anew', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); h.deploy('B'); }, 'A B', '', '2 4'],
]; // prettier-ignore

describe('the line of releases', () => {
  test.each(ways)('after %s', (_, happened, released, left, serving) => {
    const history = after(happened);
    expect(history.line.join(' ')).toBe(released);
    expect([...history.left].sort().join(' ')).toBe(left);
    expect([...history.serving].sort().join(' ')).toBe(serving);
  });

  test('with a confirm that was noted, but not stored before its program was killed, and undone then', () => {
    const host = chronicle();
    host.deploy('A');
    host.deploy('B');
    const undone = line(2, 'undone', 'silence', { release: 'B', previous: 'A' });
    expect(of(`${host.text()}${undone}\n`)).toMatchObject({ line: ['A'], transactions: [{}, { last: 'undone' }] });
  });

  test('with a confirm that was noted twice', () => {
    const host = chronicle();
    host.deploy('A');
    host.deploy('B');
    const [last = ''] = host.lines().slice(-1);
    expect(of(`${host.text()}${last}\n`)).toMatchObject({ line: ['A', 'B'], serving: new Set([2]) });
  });

  test('with an opening that was noted, but not stored: the next run opens under the same number', () => {
    const host = chronicle();
    host.deploy('A');
    const ghost = line(2, 'opened', 'ann', { kind: 'rollback', release: 'Z', previous: 'A', run: 'run-z' });
    const opened = line(2, 'opened', 'bob', { kind: 'deploy', release: 'B', previous: 'A', run: 'run-b' });
    const confirmed = line(2, 'confirmed', '', { release: 'B', previous: 'A' });
    const history = of(`${host.text()}${[ghost, opened, confirmed].join('\n')}\n`);
    expect(history.line).toEqual(['A', 'B']);
    expect(history.transactions).toHaveLength(2);
    expect(history.transactions[1]).toMatchObject({ kind: 'deploy', release: 'B', run: 'run-b', last: 'confirmed' });
  });
});

describe('a journal whose beginning is gone', () => {
  const long = (): Host => {
    const host = chronicle();
    host.deploy('A');
    host.deploy('B');
    host.deploy('C');
    host.deploy('D', {}, 'undone');
    host.rollback('B');
    host.deploy('E');
    return host;
  };

  test.each([
    [1, ['A', 'B', 'E']],
    [2, ['A', 'B', 'E']],
    [3, ['B', 'E']],
    // what came before B is not in it any more; what was left is not taken for it
    [4, ['B', 'E']],
    [5, ['B', 'E']],
    [6, ['B', 'E']],
  ])('from t%d on', (tx, released) => {
    expect(cutBefore(tx, long().lines()).line).toEqual(released);
  });

  test('with what is left: going back to an unseen release leaves all that is seen', () => {
    const { line: released, left } = cutBefore(3, long().lines().slice(0, -4));
    expect(released).toEqual(['B']);
    expect([...left]).toEqual([3]);
  });

  test('in the middle of a transaction: a rollback whose opening is gone is not taken for a deploy', () => {
    const history = cutBefore(5, long().lines().slice(0, -4), 1);
    expect(history.transactions).toMatchObject([{ number: 5, kind: '', release: 'B', last: 'confirmed' }]);
    expect(history.line).toEqual(['B']);
  });

  test('at every line: what was taken back never comes before what serves', () => {
    const lines = long().lines();
    for (let drop = 0; drop < lines.length; drop += 1) {
      const { line: released } = of(lines.slice(drop).join('\n'));
      expect(['A B E', 'B E', 'E']).toContain(released.join(' '));
    }
  });

  test('and every single lost line: what serves is still known, and no undone release is in the line', () => {
    const lines = long().lines();
    for (let lost = 0; lost < lines.length - 1; lost += 1) {
      const { line: released } = of(lines.toSpliced(lost, 1).join('\n'));
      expect(released.at(-1)).toBe('E');
      expect(released).not.toContain('D');
      expect(released.at(-2) ?? 'B').toBe('B');
    }
  });
});

describe('a journal that lost a transaction', () => {
  test.each<[string, (host: Host) => void, number, string, string]>([
    ['a deploy', (h) => { h.deploy('A'); h.deploy('B'); h.deploy('C'); }, 2, 'A B C', ''],
    ['a rollback: what it left is left', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); h.deploy('C'); }, 3, 'A C', '2'],
    ['a rollback, and another was undone since', (h) => { h.deploy('A'); h.deploy('B'); h.rollback('A'); h.deploy('C', {}, 'undone'); }, 3, 'A', '2'],
    ['the first', (h) => { h.deploy('A'); h.deploy('B'); }, 1, 'A B', ''],
  ])('%s', (_, happened, lost, released, left) => {
    const host = chronicle();
    happened(host);
    const history = of(host.lines().filter((one) => !one.includes(`"tx":${lost},`)).join('\n'));
    expect(history.line.join(' ')).toBe(released);
    expect([...history.left].join(' ')).toBe(left);
  }); // prettier-ignore
});

describe('a transaction', () => {
  test('is told with its run', () => {
    const history = after((host) => {
      host.deploy('A', { run: '991', attempt: 3, runNumber: 42, workflow: 'Deploy+20now', repository: 'o/x' });
    });
    expect(history.transactions).toEqual([
      {
        number: 1,
        kind: 'deploy',
        release: 'A',
        previous: '',
        repository: 'o/x',
        workflow: 'Deploy now',
        run: '991',
        attempt: 3,
        runNumber: 42,
        last: 'confirmed',
        migrated: false,
        at: 1_750_000_001,
      },
    ]);
  });

  test('that was taken up again has the release that it went on with', () => {
    const lines = [
      line(1, 'opened', '', { kind: 'deploy', release: 'A', previous: '' }),
      line(1, 'switching', '', { release: 'B', previous: '' }),
      line(1, 'confirmed', '', { release: 'B', previous: '' }),
    ];
    expect(of(lines.join('\n'))).toMatchObject({ line: ['B'], transactions: [{ release: 'B' }] });
  });

  test('that adopted what people had made follows that, once it is confirmed', () => {
    const adopts = [
      line(1, 'opened', '', { kind: 'deploy', release: 'A', previous: '' }),
      line(1, 'switched', '', { release: 'A', previous: 'adopted-1' }),
    ];
    const kept = line(1, 'confirmed', '', { release: 'A', previous: 'adopted-1' });
    const given = line(1, 'undone', 'silence', { release: 'A', previous: 'adopted-1' });
    expect(of([...adopts, kept].join('\n')).line).toEqual(['adopted-1', 'A']);
    expect(of([...adopts, given].join('\n')).line).toEqual([]);
  });

  test('that began to migrate is known for it ever after, also where its opening is gone', () => {
    const lines = [
      line(1, 'opened', '', { kind: 'deploy', release: 'A', previous: '' }),
      line(1, 'migrating', '', { release: 'A' }),
      line(1, 'undone', 'died', { release: 'A', previous: '' }),
    ];
    expect(of(lines.join('\n')).transactions).toMatchObject([{ migrated: true, last: 'undone' }]);
    expect(of(lines.slice(1).join('\n')).transactions).toMatchObject([{ migrated: true, last: 'undone' }]);
    expect(of(lines.toSpliced(1, 1).join('\n')).transactions).toMatchObject([{ migrated: false }]);
  });
});
