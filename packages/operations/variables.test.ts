import { expect, test } from '@jest/globals';
import { variablesOf } from './variables.ts';

const own = { FROM_STEP: 'a', BOTH: 'b' } as Readonly<Record<string, string>>;
const stage = {
  variables: (names: readonly string[]) => ({
    values: Object.fromEntries(names.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))),
    problems: names
      .filter((name) => own[name] === undefined)
      .map((name) => ({ where: 'input env', what: `${name} is not set` })),
  }),
};

test('checks and notices may use what the step has, and what env-values holds; that counts where a name is in both', () => {
  const values = `# of checks\nGIVEN='c d'\nBOTH=e\nNOT_IN_STEP=f\n`;
  expect(variablesOf(stage, { env: ['FROM_STEP', 'BOTH', 'NOT_IN_STEP'], 'env-values': values })).toEqual({
    names: ['FROM_STEP', 'GIVEN', 'BOTH', 'NOT_IN_STEP'],
    values: { FROM_STEP: 'a', GIVEN: 'c d', BOTH: 'e', NOT_IN_STEP: 'f' },
    problems: [],
  });
});

test('without either there is nothing', () => {
  expect(variablesOf(stage, {})).toEqual({ names: [], values: {}, problems: [] });
});

test('a line that is no entry, and a secret that is not set, are told without what stands there', () => {
  const problems = (text: string) => variablesOf(stage, { 'env-values': text }).problems;
  const [problem, ...more] = problems('A=1\nhunter2-is-no-entry\n');
  expect([problem, more]).toEqual([expect.objectContaining({ where: 'input env-values', line: 2 }), []]);
  expect(JSON.stringify(problem)).not.toContain('hunter2');
  expect(problems('TOKEN=\n')).toEqual([
    expect.objectContaining({ where: 'input env-values', what: 'TOKEN is empty' }),
  ]);
  expect(variablesOf(stage, { env: ['UNSET'] }).problems).toHaveLength(1);
});
