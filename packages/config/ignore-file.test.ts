import { expect, test } from '@jest/globals';
import { readIgnoreFile } from './index.ts';

const file = '.landfall-ignore.yml';
const read = (text: string) => readIgnoreFile(text, file);

test('exceptions are read with their lines', () => {
  const text = `# accepted for now
- rule: B602
  file: ./app/run.py
  reason: input is ours
  owner: ada
  expires: 2027-01-31

- { rule: PYSEC-1, tool: pip-audit, subject: django, reason: not reached, owner: bob, expires: '2027-02-28' }
`;
  expect(read(text)).toEqual({
    exceptions: [
      { rule: 'B602', file: 'app/run.py', reason: 'input is ours', owner: 'ada', expires: '2027-01-31', line: 2 },
      {
        rule: 'PYSEC-1',
        tool: 'pip-audit',
        subject: 'django',
        reason: 'not reached',
        owner: 'bob',
        expires: '2027-02-28',
        line: 8,
      },
    ],
    problems: [],
  });
});

test('an empty file has none', () => {
  expect(read('# nothing\n')).toEqual({ exceptions: [], problems: [] });
});

test('reason, owner and expiry are needed, and all that is wrong is said with its line', () => {
  expect(read('- rule: B602\n- rule: X\n  reason: r\n  owner: o\n  expires: 2027-02-30\n  line: 7\n')).toEqual({
    exceptions: [],
    problems: [
      { where: file, line: 1, what: '[0].reason: is missing' },
      { where: file, line: 1, what: '[0].owner: is missing' },
      { where: file, line: 1, what: '[0].expires: expected a day: YYYY-MM-DD' },
      { where: file, line: 5, what: '[1].expires: there is no such day' },
      {
        where: file,
        line: 6,
        what: '[1].line: there is no such key',
        next: 'did you mean file?',
      },
    ],
  });
});

test.each(['rules: []', '- [', 'text'])('%j is no list of exceptions', (text) => {
  const { exceptions, problems } = read(text);
  expect([exceptions, problems.length]).toEqual([[], 1]);
});
