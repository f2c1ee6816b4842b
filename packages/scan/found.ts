import type { Exception } from '#config';
import type { Changes, CommandReport, Finding, Note, ScanReport, Unchecked } from '#plan';
import type { CoverageResults, ScanResults, TestResults } from './read/results.ts';
import type { BaseTests } from './base-tests.ts';

/** The command whose `tool` this was read for; left out for what `junit`, `sarif` and `coverage` name. */
export type From = { readonly command?: string };

/** What the rules on sources found. A rule that was asked for and is not in `looked` was not looked at. */
export type RulesFound = {
  readonly looked: readonly SourceRule[];
  readonly findings: readonly Finding[];
  /** `by`: a {@link SourceRule}. */
  readonly unchecked: readonly Unchecked[];
  readonly notes: readonly Note[];
};

/** Gates of Landfall's own, as the summary and `allow-incomplete` call them. */
export const sourceRules = [
  'forbidden words',
  'debugging code',
  'env files',
  'secrets',
  'pinned requirements',
  'version',
] as const;
export type SourceRule = (typeof sourceRules)[number];

/** All that was found out: what `judge` decides by, and nothing else. */
export type Found = {
  readonly commands: readonly CommandReport[];
  readonly tests: readonly (TestResults & From)[];
  readonly scans: readonly (ScanResults & From)[];
  readonly coverage: readonly (CoverageResults & From)[];
  /** What could not be read at all: a pattern without a file, a report that is not there. */
  readonly unchecked: readonly Unchecked[];
  readonly changes: Changes;
  readonly rules: RulesFound;
  /** The tests that the base branch has. Left out where there is no list of them. */
  readonly base?: BaseTests;
  /** The ignore file, where there is one. */
  readonly exceptions?: { readonly file: string; readonly entries: readonly Exception[] };
  /** `2026-11-30`. */
  readonly today: string;
};

/** A finding that is not counted, and the exception that says so. */
export type Excepted = { readonly finding: Finding; readonly by: Exception };

/** The verdict and all that it is made of. */
export type Judgement = {
  /** Without `sarif`, which is known later. */
  readonly scan: ScanReport;
  readonly excepted: readonly Excepted[];
  readonly notes: readonly Note[];
  /** One line: `2 of 8 gates failed: tests, bandit`. */
  readonly says: string;
};
