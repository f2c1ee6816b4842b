import { describe, expect, test } from '@jest/globals';
import { chronicle, line } from '../../test/fakes/journal.ts';
import { fold, readJournal } from './index.ts';

const whole = (): readonly string[] => {
  const host = chronicle();
  host.deploy('aaaaaaa-1111');
  host.deploy('bbbbbbb-2222');
  return host.lines();
};

describe('a journal is read', () => {
  test('whole, oldest first, with its free text', () => {
    const text = [line(1, 'opened', 'Änne: "zurück"\nnow', { kind: 'rollback', release: 'a' }), ''].join('\n');
    const { events, damaged } = readJournal(text);
    expect(damaged).toBe(0);
    expect(events).toEqual([
      expect.objectContaining({ tx: 1, e: 'opened', kind: 'rollback', text: 'Änne: "zurück"\nnow' }),
    ]);
  });

  test('empty', () => {
    expect(readJournal('')).toEqual({ events: [], damaged: 0 });
    expect(readJournal('\n\n  \n')).toEqual({ events: [], damaged: 0 });
  });

  test('cut anywhere in its first line: the others are all there', () => {
    const lines = whole();
    const [first = ''] = lines;
    for (let at = 1; at < first.length; at += 1) {
      const { events, damaged } = readJournal([first.slice(at), ...lines.slice(1)].join('\n'));
      expect(events).toHaveLength(lines.length - 1);
      expect(damaged).toBe(1);
    }
  });

  test('torn anywhere in its last line, as by a power cut, and written on after it', () => {
    const lines = whole();
    const last = lines.at(-1) ?? '';
    for (let at = 1; at < last.length; at += 1) {
      const torn = [...lines.slice(0, -1), last.slice(0, at)];
      expect(readJournal(torn.join('\n'))).toMatchObject({ damaged: 1, events: { length: lines.length - 1 } });
      expect(readJournal([...torn, last].join('\n'))).toMatchObject({ damaged: 1, events: { length: lines.length } });
    }
  });

  test.each([
    ['no JSON', 'rm -rf'],
    ['NULs, as ext4 leaves them after a power cut', '\0'.repeat(40)],
    ['an array', '[1]'],
    ['null', 'null'],
    ['a number', '7'],
    ['no transaction', '{"e":"opened","at":1,"text":""}'],
    ['a transaction that is no number', '{"tx":"3","e":"opened","at":1,"text":""}'],
    ['a transaction that is no whole number', '{"tx":3.5,"e":"opened","at":1,"text":""}'],
    ['an event of a later version', '{"tx":3,"e":"sealed","at":1,"text":""}'],
    ['no time', '{"tx":3,"e":"opened","text":""}'],
    ['a release that is no text', '{"tx":3,"e":"confirmed","at":1,"release":7,"text":""}'],
    ['a text that is none', '{"tx":3,"e":"confirmed","at":1,"text":["x"]}'],
  ])('with a damaged line in its middle: %s', (_, bad) => {
    const lines = whole();
    const { events, damaged } = readJournal([...lines.slice(0, 3), bad, ...lines.slice(3)].join('\n'));
    expect(damaged).toBe(1);
    expect(events).toEqual(readJournal(lines.join('\n')).events);
    expect(fold({ events, damaged }).damaged).toBe(1);
  });

  test('a line without text, or with keys of a later version, is an event', () => {
    const { events, damaged } = readJournal('{"v":2,"tx":3,"e":"confirmed","at":1,"release":"a","evidence":{"x":1}}');
    expect(damaged).toBe(0);
    expect(events).toMatchObject([{ tx: 3, release: 'a', text: '', evidence: { x: 1 } }]);
  });
});
