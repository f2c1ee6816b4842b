/** How bad a finding is, by the words of its tool brought to one scale; worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'note'] as const;
export type Severity = (typeof severities)[number];

/** Something that a tool, or a rule of Landfall itself, found. */
export type Finding = {
  /** Who found it: `bandit`, `pip-audit`, `landfall`, … */
  readonly tool: string;
  /** The tool's own name of the rule: `B602`, `PYSEC-2024-1`, `forbidden-word`. */
  readonly rule: string;
  readonly severity: Severity;
  /** One line for people. Never the secret that it is about. */
  readonly message: string;
  /** Relative to the workspace, with `/`. Left out where it is about no file. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** What it is about where that is no line of a file: `django 4.2.1`, a layer, an image. */
  readonly subject?: string;
  /** What mends it, if the tool says so: `upgrade to 4.2.16`. */
  readonly fix?: string;
  /** A page about the rule. */
  readonly url?: string;
};

/** Something that was not, or not surely, looked at. What could not be checked is not clean. */
export type Unchecked = {
  /** The gate or tool it is missing for: what `allow-incomplete` names. */
  readonly by: string;
  /** One line for people: `audit.json skipped psycopg2: not found on the index`. */
  readonly what: string;
  readonly file?: string;
};

/** One test that did not pass. */
export type FailedTest = {
  /** `suite` and `name` as the file has them. */
  readonly suite: string;
  readonly name: string;
  readonly kind: 'failed' | 'error';
  readonly message: string;
  /** The last lines of what the test said. */
  readonly tail: readonly string[];
  readonly file?: string;
  readonly line?: number;
};

/** What the files of test runners say, added up. */
export type TestTotals = {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
};

/** One thing that was asked for, what was wanted and what was found. */
export type Gate = {
  /** `tests`, `coverage`, `changed coverage`, `bandit`, `forbidden words`, `command lint`, … */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'incomplete';
  readonly wanted: string;
  readonly found: string;
  /** It is incomplete, and that was allowed by name. */
  readonly allowed?: boolean;
};

/** How much of the code was run by tests. Percentages of lines, 0 to 100, not rounded. */
export type CoverageReport = {
  readonly total: number;
  readonly covered: number;
  readonly lines: number;
  /** Of the lines that the change adds or alters; left out where nobody asked, or the change has no such lines. */
  readonly changed?: { readonly percent: number; readonly covered: number; readonly lines: number };
  /** Changed lines that no test ran, as ranges. */
  readonly missed: readonly { readonly file: string; readonly from: number; readonly to: number }[];
};

/** A command that was run, and how it went. ms. */
export type CommandReport = {
  readonly name: string;
  readonly ms: number;
  readonly tries: number;
  /**
   * `explained`: it exited with what its tool says findings by, and its own report has them. `unclear`: it names a tool, whose exit
   * code says something else, or whose report lacks what it says: the tool's own gate is incomplete. `flooded`: it was ended, for its
   * output was too long or could not be kept.
   */
  readonly outcome: 'passed' | 'failed' | 'explained' | 'unclear' | 'timed-out' | 'cancelled' | 'flooded';
  /** Exit code, or the signal's name. */
  readonly exit: number | string;
  /** Its last lines, when it did not pass. */
  readonly tail: readonly string[];
};

export type Verdict = 'passed' | 'failed' | 'incomplete';

/** All that tests and scans came to. */
export type ScanReport = {
  readonly verdict: Verdict;
  readonly commands: readonly CommandReport[];
  readonly gates: readonly Gate[];
  readonly tests: TestTotals;
  readonly failures: readonly FailedTest[];
  /** Those that count: without the excepted ones. Worst first. */
  readonly findings: readonly Finding[];
  /** Findings that a line of the ignore file excepts, by how many. */
  readonly excepted: number;
  readonly unchecked: readonly Unchecked[];
  readonly coverage?: CoverageReport;
  /** The merged SARIF file, and what became of its upload. */
  readonly sarif?: { readonly file: string; readonly upload: 'done' | 'off' | 'refused'; readonly why?: string };
};
