import type { Test } from '#config';
import type { Unchecked } from '#plan';
import { unknownCode } from './coverage.ts';
import type { Found, From } from './found.ts';
import type { TestResults } from './read/results.ts';

/** What nobody could look at: as it was reported, and what was asked for and left nothing at all. */
export const uncheckedOf = (wanted: Test, found: Found, tests: readonly TestResults[]): readonly Unchecked[] => {
  const told = [
    ...found.unchecked,
    ...[...tests, ...found.coverage, ...found.scans].flatMap(({ unchecked }) => unchecked),
    ...found.rules.unchecked,
  ];
  const silent = silentOf(wanted, found).filter(({ by }) => !told.some((one) => one.by === by));
  const floor = wanted['changed-coverage-min'] !== undefined;
  const changed = floor ? [...told, ...silent, ...foreign(found)] : [];
  return [
    ...told,
    ...silent,
    // lines that are not known may be changed ones
    ...changed.filter(({ by }) => by === 'coverage').map((one) => ({ ...one, by: 'changed coverage' })),
    ...(floor ? unknownCode(found.coverage, found.changes, wanted['coverage-omit']) : []),
  ];
};

/** Coverage of files elsewhere: in a container, say. What lies there cannot be told to be a changed line. */
const foreign = ({ coverage }: Found): readonly Unchecked[] =>
  coverage
    .filter(({ files }) => files.size > 0 && [...files.keys()].every((path) => /^(?:\/|\.\.\/|[A-Za-z]:)/.test(path)))
    .map(({ file }) => ({ by: 'coverage', what: `${file} is about no file of the workspace`, file }));

/** What was asked for and is not there, by whom it was asked for. */
const silentOf = (wanted: Test, { tests, coverage, scans }: Found): readonly Unchecked[] => {
  const results = (tool: string): readonly From[] =>
    tool === 'junit' ? tests : tool === 'coverage' ? coverage : scans;
  const nothing = (tool: string, what: string): Unchecked => ({ by: tool === 'junit' ? 'tests' : tool, what });
  const files = (['junit', 'coverage', 'sarif'] as const)
    .filter((tool) => wanted[tool].length > 0)
    .filter((tool) => !results(tool).some(({ command }) => command === undefined))
    .map((tool) => nothing(tool, `no file was read for ${wanted[tool].join(', ')}`));
  const commands = Object.entries(wanted.run).flatMap(([name, { tool }]) =>
    tool === undefined || results(tool).some(({ command }) => command === name)
      ? []
      : [nothing(tool, `command ${name} left nothing to read`)],
  );
  return [...files, ...commands];
};
