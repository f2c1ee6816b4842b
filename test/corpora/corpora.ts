import { createReadStream, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCoverage, readJunit, readScan, scanTools } from '../../packages/scan/read/index.ts';
import type { CoverageResults, ScanResults, Source, TestResults } from '../../packages/scan/read/index.ts';

const here = import.meta.dirname;

/** Where the tools ran that made the files. */
const root = '/srv/shop';

export type Read = TestResults | ScanResults | CoverageResults;

/** All files, by `<kind>/<name>`. */
export const corpora = (): readonly string[] =>
  readdirSync(here, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== here)
    .map((entry) => relative(here, join(entry.parentPath, entry.name)))
    .sort();

export const pathOf = (name: string): string => join(here, name);

/** Reads one, or what became of it, as its folder says. */
export const read = (name: string, source: Source = createReadStream(pathOf(name))): Promise<Read> => {
  const [kind] = name.split('/');
  const about = { file: name, root };
  const tool = scanTools.find((one) => one === kind);
  if (tool !== undefined) return readScan(tool, source, about);
  return kind === 'junit' ? readJunit(source, about) : readCoverage(source, about);
};

const ranges = (lines: ReadonlySet<number>): string => [...lines].sort((a, b) => a - b).join(' ');

const at = ({ file, line }: { readonly file?: string; readonly line?: number }): string =>
  file === undefined ? '' : ` @ ${file}${line === undefined ? '' : `:${line}`}`;

/** Everything that was read, a line each. */
export const linesOf = (read: Read): readonly string[] => {
  const unchecked = read.unchecked.map(({ by, what }) => `unchecked ${by}: ${what}`);
  if ('totals' in read) {
    const { total, passed, failed, skipped } = read.totals;
    return [
      `${total} tests: ${passed} passed, ${failed} failed, ${skipped} skipped; ${read.ms} ms; ${read.tests.length} names`,
      ...read.failures.map(
        (one) => `${one.kind} ${one.suite} > ${one.name}: ${one.message}${at(one)} (${one.tail.length} lines)`,
      ),
      ...read.tests.filter((one) => one.skipped).map(({ id }) => `skipped ${id}`),
      ...unchecked,
    ];
  }
  if ('findings' in read)
    return [
      `${read.tool}: ${read.findings.length} findings, ${read.suppressed} suppressed${read.sarif === undefined ? '' : `, ${read.sarif.length} runs`}`,
      ...read.findings.map(
        (one) =>
          `${one.severity} ${one.rule}: ${one.message}${at(one)}${one.subject === undefined ? '' : ` [${one.subject}]`}${one.fix === undefined ? '' : ` -> ${one.fix}`}`,
      ),
      ...unchecked,
    ];
  return [
    ...read.sources.map((source) => `source ${source}`),
    ...[...read.files].map(([path, { covered, missed }]) => `${path}: ${ranges(covered)} | ${ranges(missed)}`),
    ...unchecked,
  ];
};
