import { fits, percentText } from '#plan';
import type { ChangedFile, Changes, CoverageReport, Gate, Span, Unchecked } from '#plan';
import { reaches } from './percent.ts';
import type { CoverageResults, CoveredLines } from './read/results.ts';

type Lines = { readonly covered: Set<number>; readonly missed: Set<number> };

/** Coverage of several files as one: a line that any of them ran is covered. */
export const mergeCoverage = (results: readonly CoverageResults[]): ReadonlyMap<string, CoveredLines> => {
  const merged = new Map<string, Lines>();
  for (const { files } of results) {
    for (const [path, lines] of files) {
      const into = merged.get(path) ?? { covered: new Set(), missed: new Set() };
      merged.set(path, into);
      for (const line of lines.covered) into.covered.add(line);
      for (const line of lines.missed) into.missed.add(line);
    }
  }
  for (const { covered, missed } of merged.values()) for (const line of covered) missed.delete(line);
  return merged;
};

/** Tests themselves and generated migrations: coverage leaves them out as a rule. */
const apart =
  /(?:^|\/)(?:tests?|__tests__|migrations)\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest|tests)\.[^/]+$|\.(?:test|spec)\.[^/]+$/;

const extension = (path: string): string => /\.[^./]+$/.exec(path)?.[0] ?? '';
const folder = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');

/**
 * What a file comes to that is not in the coverage at all: `missed`, for no test has even loaded it, if the coverage knows another one
 * with its extension in its top folder; `unknown` if it knows such only elsewhere; undefined if it need not be measured: a test, a
 * migration, another language, or what `omit` (patterns) names.
 */
const unmeasured = (
  paths: Iterable<string>,
  omit: readonly string[],
): ((path: string) => 'missed' | 'unknown' | undefined) => {
  const omitted = fits(omit);
  const known = [...paths];
  const extensions = new Set(known.map(extension));
  const kinds = new Set(known.map((path) => `${folder(path)}\0${extension(path)}`));
  return (path) => {
    if (apart.test(path) || omitted(path) || !extensions.has(extension(path))) return undefined;
    return kinds.has(`${folder(path)}\0${extension(path)}`) ? 'missed' : 'unknown';
  };
};

/** Changed code in folders that no coverage file knows: whether tests run it was not looked at, or nobody has written any. */
export const unknownCode = (
  results: readonly CoverageResults[],
  changes: Changes,
  omit: readonly string[],
): readonly Unchecked[] => {
  if (!changes.known) return [];
  const paths = new Set(results.flatMap(({ files }) => [...files.keys()]));
  const becomes = unmeasured(paths, omit);
  const unknown = [...changes.files].flatMap(([path, { code }]) =>
    code.length > 0 && !paths.has(path) && becomes(path) === 'unknown' ? [path] : [],
  );
  return unknown.length === 0
    ? []
    : [{ by: 'changed coverage', what: `no coverage file knows ${unknown.sort().join(', ')}, or a folder above` }];
};

/** Changed lines that are measured, and those of them that were not run. */
const changedLines = (
  coverage: ReadonlyMap<string, CoveredLines>,
  path: string,
  { lines, code }: ChangedFile,
  counts: (path: string) => boolean,
): { readonly covered: number; readonly missed: readonly number[] } => {
  const known = coverage.get(path);
  if (known === undefined) return { covered: 0, missed: counts(path) ? code.flatMap(each) : [] };
  const all = lines.flatMap(each);
  return {
    covered: all.filter((line) => known.covered.has(line)).length,
    missed: all.filter((line) => known.missed.has(line)),
  };
};

const each = ({ from, to }: Span): readonly number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

const ranges = (file: string, lines: readonly number[]): { file: string; from: number; to: number }[] => {
  const found: { file: string; from: number; to: number }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.to === line - 1) last.to = line;
    else found.push({ file, from: line, to: line });
  }
  return found;
};

/** How much of all lines, and of the changed ones, was run; undefined: the files hold no line at all. */
export const coverageReport = (
  results: readonly CoverageResults[],
  changes: Changes,
  omit: readonly string[],
): CoverageReport | undefined => {
  const coverage = mergeCoverage(results);
  let covered = 0;
  let lines = 0;
  for (const file of coverage.values()) {
    covered += file.covered.size;
    lines += file.covered.size + file.missed.size;
  }
  if (lines === 0) return undefined;
  const all = { total: (covered * 100) / lines, covered, lines };
  if (!changes.known) return { ...all, missed: [] };
  const becomes = unmeasured(coverage.keys(), omit);
  const counts = (path: string): boolean => becomes(path) === 'missed';
  const seen = [...changes.files]
    .map(([path, file]) => ({ path, ...changedLines(coverage, path, file, counts) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const run = seen.reduce((sum, file) => sum + file.covered, 0);
  const changed = seen.reduce((sum, file) => sum + file.missed.length, run);
  const missed = seen.flatMap((file) => ranges(file.path, file.missed));
  if (changed === 0) return { ...all, missed };
  return { ...all, changed: { percent: (run * 100) / changed, covered: run, lines: changed }, missed };
};

type Floors = { readonly total: number | undefined; readonly changed: number | undefined };

/** Gates of coverage: one where coverage is asked for, one more where that of the change has a floor. */
export const coverageGates = (
  { total, changed }: Floors,
  report: CoverageReport | undefined,
  changes: Changes,
): readonly Gate[] => {
  const gates: Gate[] = [overall(total, report)];
  if (changed !== undefined) gates.push(ofChange(changed, report, changes));
  return gates;
};

const overall = (floor: number | undefined, report: CoverageReport | undefined): Gate => {
  const gate = { name: 'coverage', wanted: floor === undefined ? 'measured' : `at least ${floor} % of lines` };
  if (report === undefined) return { ...gate, outcome: 'incomplete', found: 'not measured' };
  const { covered, lines } = report;
  const enough = floor === undefined || reaches(covered, lines, floor);
  const found = `${percentText(covered, lines)}: ${covered} of ${lines}`;
  return { ...gate, outcome: enough ? 'passed' : 'failed', found };
};

const ofChange = (floor: number, report: CoverageReport | undefined, changes: Changes): Gate => {
  const gate = { name: 'changed coverage', wanted: `at least ${floor} % of changed lines` };
  if (!changes.known) return { ...gate, outcome: 'incomplete', found: `the change is not known: ${changes.why}` };
  if (report === undefined) return { ...gate, outcome: 'incomplete', found: 'not measured' };
  if (report.changed === undefined) return { ...gate, outcome: 'passed', found: 'no changed line is measured' };
  const { covered, lines } = report.changed;
  const found = `${percentText(covered, lines)}: ${covered} of ${lines}, since ${changes.base.name}`;
  return { ...gate, outcome: reaches(covered, lines, floor) ? 'passed' : 'failed', found };
};
