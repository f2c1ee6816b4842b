import type { FailedTest, Finding, TestTotals, Unchecked } from '#plan';
import { oneLine } from './text.ts';

/** What a file is called, and which folder its paths are made relative to. */
export type About = Ground & {
  /** As people know it: relative to the workspace. */
  readonly file: string;
};

/** Where a tool ran, as far as a report says it. */
export type Ground = {
  /** The workspace, absolute. */
  readonly root: string;
  /** Gets each path that was written relative to a folder which the report does not name. */
  readonly relative?: Set<string>;
};

/** A file, or what a command printed, in pieces. */
export type Source = AsyncIterable<Uint8Array | string>;

/** What a file of a test runner says. */
export type TestResults = {
  readonly file: string;
  /** All tests are counted here, also those that `failures` and `tests` leave out. */
  readonly totals: TestTotals;
  /** What the tests took by their own account, added up: ms. */
  readonly ms: number;
  /** At most {@link mostFailures}, in the order of the file. */
  readonly failures: readonly FailedTest[];
  /** Each test once, by the name that it has from run to run. `skipped`: none of its entries ran. */
  readonly tests: readonly { readonly id: string; readonly skipped: boolean }[];
  readonly unchecked: readonly Unchecked[];
};

/** One run of a SARIF file as it was written, for the merged file; but without the lines of code that were quoted in it. */
export type SarifRun = Readonly<Record<string, unknown>>;

/** What the report of one scanner says. */
export type ScanResults = {
  /** As `allow-incomplete` names it: that of the reader; of SARIF the name of the one tool in it, else `sarif`. */
  readonly tool: string;
  readonly file: string;
  readonly findings: readonly Finding[];
  /** Findings that the tool itself was told to accept, with a comment in the code, say. They are not among `findings`. */
  readonly suppressed: number;
  readonly unchecked: readonly Unchecked[];
  /** The packages that were looked at, where the report names all of them. */
  readonly packages?: readonly string[];
  /** Of SARIF: the runs. */
  readonly sarif?: readonly SarifRun[];
};

/** A tool of SARIF as findings and gates name it: `Semgrep OSS` is `semgrep oss`. */
export const toolName = (name: string): string => oneLine(name).toLowerCase();

/** Lines of one file, from 1. */
export type CoveredLines = { readonly covered: ReadonlySet<number>; readonly missed: ReadonlySet<number> };

/** Which lines were run. */
export type CoverageResults = {
  readonly file: string;
  /** By path: relative to the workspace where it lies there, else as the file has it; with `/`. */
  readonly files: ReadonlyMap<string, CoveredLines>;
  /** Folders that the paths are relative to (Cobertura), by the same rule, without saying which; `.` is the workspace. */
  readonly sources: readonly string[];
  readonly unchecked: readonly Unchecked[];
};

/** How many failed tests of one file are told one by one. */
export const mostFailures = 500;

/** Tools whose report holds findings. */
export const scanTools = ['sarif', 'bandit', 'pip-audit', 'safety', 'flake8', 'black'] as const;
export type ScanTool = (typeof scanTools)[number];
