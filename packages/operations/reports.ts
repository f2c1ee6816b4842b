import { join, posix } from 'node:path';
import { findFiles, pieces, placeBelow, placeInSources, readBytes } from '#command';
import type { Ran } from '#command';
import type { Test } from '#config';
import { requirementLines, requirementsIncluded } from '#plan';
import type { Unchecked } from '#plan';
import { failing, notScanned, placeInRequirements, readCoverage, readJunit, readScan } from '#scan';
import type { CoverageResults, Found, From, ScanResults, Source, TestResults } from '#scan';
import { borneOut, namesFile } from './borne-out.ts';
import type { Own } from './borne-out.ts';
import { echoedBy, isMake, withoutEcho } from './make.ts';
import { askedOf, idOf } from './report-files.ts';
import type { Tool } from './report-files.ts';

type Results =
  | { readonly tests: TestResults & From }
  | { readonly scans: ScanResults & From }
  | { readonly coverage: CoverageResults & From };

/** What commands left, and what that makes of how they ended. */
export type Reports = Pick<Found, 'commands' | 'tests' | 'scans' | 'coverage' | 'unchecked'>;

type Left = {
  readonly workspace: string;
  readonly test: Test;
  readonly ran: readonly Ran[];
  /** What is none of this run's: `leftovers`. */
  readonly before: ReadonlySet<string>;
  /** What tries left that were followed by another one: `overtaking`. */
  readonly overtaken: ReadonlySet<string>;
  /** The folder that a command ran in, below the workspace. */
  readonly folderOf: (command: string) => string;
} & Pick<Found, 'exceptions' | 'today'>;

/**
 * Reads what commands left. A file that is not there, that lay there before and nobody wrote to, or that may not be read is
 * unchecked; so is a tool whose exit code and report do not agree.
 */
export const readReports = async (left: Left): Promise<Reports> => {
  const { workspace, test, ran, before, overtaken, folderOf } = left;
  const unchecked: Unchecked[] = [];
  const results: Results[] = [];
  const folders = Object.keys(test.run).map(folderOf);
  const read = async (tool: Tool, source: Source, file: string, command?: string): Promise<void> => {
    // whose it is, is not known of a file that no command names: it lies near what it tells of
    const near = command === undefined ? [...foldersAbove(file), '.', ...folders] : [folderOf(command), '.'];
    const from = command === undefined ? {} : { command };
    results.push(await resultsOf(tool, source, { file, root: workspace }, near, from));
  };
  const stale =
    ran.length > 0
      ? 'lay there before, and no command has written to it'
      : 'is as the commit has it: no step has written it';
  for (const { tool, pattern, command } of askedOf(test)) {
    const found = await findFiles(workspace, pattern);
    const files = found.filter((file) => !overtaken.has(idOf(file)));
    const missing = (what: string, file?: string): void => {
      unchecked.push({ by: gateOf(tool), what, ...(file === undefined ? {} : { file }) });
    };
    const of = command === undefined ? '' : `command ${command} left nothing: `;
    if (files.length === 0)
      missing(
        found.length === 0
          ? `${of}there is no file ${pattern}`
          : `${of}only a try that was followed by another has written ${pattern}`,
      );
    for (const file of files) {
      if (file.refused !== undefined) missing(`${file.path} is not read: it ${file.refused}`, file.path);
      else if (before.has(idOf(file))) missing(`${file.path} ${stale}`, file.path);
      else await read(tool, pieces(join(workspace, file.path)), file.path, command);
    }
  }
  for (const { name, output, outcome } of ran) {
    const { tool, report } = test.run[name] ?? {};
    const whole = outcome === 'passed' || outcome === 'failed';
    if (tool !== undefined && report === undefined && whole)
      await read(tool, await spokenBy(name, output, left), `the output of ${name}`, name);
  }
  const scans = await Promise.all(
    results.flatMap((one) => ('scans' in one ? [placedInRequirements(left, one.scans)] : [])),
  );
  const red = failing(left.exceptions, left.today);
  const commands = ran.map((one) => {
    const asked = test.run[one.name];
    // a line of `prepare` has no report
    const { report, why } = borneOut(one, asked ?? { command: '' }, ownOf(one.name, left, { results, scans, red }));
    if (why !== undefined && asked?.tool !== undefined) unchecked.push({ by: gateOf(asked.tool), what: why });
    return report;
  });
  return {
    commands,
    tests: results.flatMap((one) => ('tests' in one ? [one.tests] : [])),
    scans,
    coverage: results.flatMap((one) => ('coverage' in one ? [one.coverage] : [])),
    unchecked,
  };
};

/** What a command said; where it is one of `make`, without what make says of itself. */
const spokenBy = async (name: string, output: string, { workspace, test, folderOf }: Left): Promise<Source> => {
  if (!isMake(test.run[name]?.command ?? '')) return pieces(output);
  // in make's own order: gnu.org/software/make/manual/html_node/Makefile-Names.html
  for (const file of ['GNUmakefile', 'makefile', 'Makefile']) {
    const bytes = await readBytes(join(workspace, folderOf(name), file));
    if (bytes !== undefined) return withoutEcho(pieces(output), echoedBy(Buffer.from(bytes).toString('utf8')));
  }
  return pieces(output);
};

/**
 * What a command has left itself: what its `report` is; and tests that `junit` names, where its line has that file, or it is the only
 * command.
 */
const ownOf = (
  name: string,
  { test, folderOf }: Left,
  all: {
    readonly results: readonly Results[];
    readonly scans: readonly (ScanResults & From)[];
    readonly red: ReturnType<typeof failing>;
  },
): Own => {
  const { results, scans, red } = all;
  const { tool, command = '', 'fail-on': failOn = test['fail-on'] } = test.run[name] ?? {};
  const alone = Object.keys(test.run).length === 1;
  const named = tool === undefined || tool === 'coverage';
  const isOwn = (one: From & { readonly file: string }): boolean =>
    one.command === name ||
    (named && one.command === undefined && (alone || namesFile(command, one.file, folderOf(name))));
  return {
    tests: results.flatMap((one) => ('tests' in one && isOwn(one.tests) ? [one.tests] : [])),
    scans: scans
      .filter((one) => one.command === name)
      .map((one) => ({
        tool: one.tool,
        found: one.findings.length > 0,
        fails: one.findings.some((finding) => red(finding, failOn)),
      })),
  };
};

/** What a scanner of packages found, in the requirements files that its command names, and what of these it has not looked at. */
const placedInRequirements = async (
  { workspace, test, folderOf }: Left,
  scans: ScanResults & From,
): Promise<ScanResults & From> => {
  const { command } = scans;
  if (command === undefined || !ofPackages.has(scans.tool)) return scans;
  const { command: line = '', report } = test.run[command] ?? {};
  const named = (line.match(/[\w./-]+\.(?:txt|in)(?![\w./-])/g) ?? []).filter((name) => name !== report);
  const files = new Map<string, string>();
  const open = async (path: string): Promise<void> => {
    const bytes = path.startsWith('..') || files.has(path) ? undefined : await readBytes(join(workspace, path));
    if (bytes === undefined) return;
    const text = Buffer.from(bytes).toString('utf8');
    files.set(path, text);
    for (const { line: one } of requirementLines(text)) {
      const included = requirementsIncluded(one);
      if (included?.kind === 'requirements') await open(posix.join(posix.dirname(path), included.file));
    }
  };
  for (const name of named) await open(posix.join(folderOf(command), name));
  return {
    ...scans,
    findings: placeInRequirements(scans.findings, [...files]),
    unchecked: [...scans.unchecked, ...notScanned(scans, [...files])],
  };
};

const ofPackages: ReadonlySet<string> = new Set(['pip-audit', 'safety']);

/** The gate that a tool is missing for. */
const gateOf = (tool: Tool): string => (tool === 'junit' ? 'tests' : tool);

/** `a/b`, `a` for `a/b/c.xml`. */
const foldersAbove = (file: string): readonly string[] => {
  const folder = posix.dirname(file);
  return folder === '.' ? [] : [folder, ...foldersAbove(folder)];
};

/** @param near the folders in which what the report names by relative paths may lie, below the workspace */
const resultsOf = async (
  tool: Tool,
  source: Source,
  { file, root }: { readonly file: string; readonly root: string },
  near: readonly string[],
  from: From,
): Promise<Results> => {
  const relative = new Set<string>();
  const about = { file, root, relative };
  const placing = (): (<T extends { readonly file?: string }>(one: T) => T) => {
    const place = placeBelow(root, near, relative);
    return (one) => (one.file === undefined ? one : { ...one, file: place(one.file) });
  };
  if (tool === 'junit') {
    const tests = await readJunit(source, about);
    return { tests: { ...tests, failures: tests.failures.map(placing()), ...from } };
  }
  if (tool === 'coverage') {
    const coverage = await readCoverage(source, about);
    const place = placeInSources(root, coverage.sources, placeBelow(root, near, relative));
    const files = new Map([...coverage.files].map(([path, lines]) => [place(path), lines]));
    return { coverage: { ...coverage, files, ...from } };
  }
  const scans = await readScan(tool, source, about);
  return { scans: { ...scans, findings: scans.findings.map(placing()), ...from } };
};
