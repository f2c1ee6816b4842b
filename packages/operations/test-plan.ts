import type { Command } from '#command';
import type { Test } from '#config';
import { judge } from '#scan';
import type { Found } from '#scan';

/** Nothing was found out. */
export const nothingFound = (today: string): Found => ({
  commands: [],
  tests: [],
  scans: [],
  coverage: [],
  unchecked: [],
  changes: { known: false, why: 'nobody looked' },
  rules: { looked: [], findings: [], unchecked: [], notes: [] },
  today,
});

/** What a dry run shows: what would run, in which order, what would be read, and what would be demanded of it. Pure. */
export const testPlan = (
  test: Test,
  prepare: readonly Command[],
  commands: readonly Command[],
  today: string,
): string[] => {
  const lines = (title: string, all: readonly string[]): string[] =>
    all.length === 0
      ? []
      : [title, ...all.flatMap((one) => one.split('\n').map((line, at) => `${at === 0 ? '  ' : '    '}${line}`))];
  const files = [
    ...(['junit', 'sarif', 'coverage'] as const).flatMap((tool) => test[tool].map((pattern) => `${tool}: ${pattern}`)),
    ...Object.entries(test.run).flatMap(([name, { tool, report }]) =>
      tool === undefined ? [] : [`${tool}: ${report ?? `the output of ${name}`}`],
    ),
  ];
  const { scan } = judge(test, nothingFound(today));
  return [
    ...lines(
      'Would run before, one after the other',
      prepare.map(({ line }) => line),
    ),
    ...lines(
      'Would run side by side',
      commands.map(({ name, line }) => `${name}: ${line}`),
    ),
    ...lines('Would read', files),
    ...lines(
      'Would demand',
      scan.gates.map(({ name, wanted }) => `${name}: ${wanted}`),
    ),
  ];
};
