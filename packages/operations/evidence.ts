import { begin, digestOfJson, grow, rows, writeDocument } from '#evidence';
import type { Said } from '#evidence';
import type { Evidence, Note, Report, ScanReport } from '#plan';
import type { readCommitted } from '#release';
import type { Stage } from './stage.ts';

/** Who says what a link says, and when. */
type Sayer = Pick<Stage, 'context' | 'wall'>;

type WithoutSayer<T> = T extends unknown ? Omit<T, 'at' | 'run'> : never;

/** What a link says, without who says it. */
export type Told = WithoutSayer<Exclude<Said, { readonly kind: 'commit' }>>;

const sayer = ({ context, wall }: Sayer) => ({
  at: wall().toISOString(),
  run: { url: context.url, actor: context.actor },
});

/** The chain of a commit, and what its tests and scans came to. `scan`: as the report has it, nothing secret in it. */
export const beginEvidence = (by: Sayer, commit: string, scan: ScanReport): Evidence => {
  const { verdict, tests, findings, coverage } = scan;
  const said = sayer(by);
  return grow(begin({ ...said, kind: 'commit', repository: by.context.repository, commit }), {
    ...said,
    kind: 'tests',
    verdict,
    tests: { total: tests.total, failed: tests.failed, skipped: tests.skipped },
    findings: findings.length,
    ...(coverage === undefined ? {} : { coverage: coverage.total }),
    ...allowedOf(scan),
    report: digestOfJson(scan),
  });
};

/** Gates that could not look at everything, where that was allowed by name: a verdict that passed says so. */
export const allowedOf = ({ gates }: Pick<ScanReport, 'gates'>): { readonly unchecked?: readonly string[] } => {
  const unchecked = gates.filter(({ allowed }) => allowed === true).map(({ name }) => name);
  return unchecked.length === 0 ? {} : { unchecked };
};

/** What git said of a checkout at one moment: `before anything was run`. */
export type Look = { readonly when: string; readonly said: Awaited<ReturnType<typeof readCommitted>> };

/**
 * The commit that was tested, by what git said before, between and after what was run; or why it is none: tracked files were not as the
 * commit has them at one of these moments, or it was another commit. Commands run side by side, so that what one of them changes
 * others may have tested. Pure.
 */
export const testedCommit = (looks: readonly Look[]): { readonly commit: string } | { readonly lacks: Note } => {
  const lacks = (kind: Note['kind'], why: string) => ({ lacks: { kind, text: `no evidence is left: ${why}` } });
  let tested: string | undefined;
  for (const { when, said } of looks) {
    if (!said.ok) return lacks('info', `${when}, git named no commit here`);
    const { commit, changed } = said.value;
    if (changed.length > 0)
      return lacks('warning', `${when}, tracked files were not as the commit has them: ${few(changed)}`);
    tested ??= commit;
    if (commit !== tested) return lacks('warning', `${when}, the checkout was of ${commit}, and no more of ${tested}`);
  }
  return tested === undefined ? lacks('info', 'git was not asked') : { commit: tested };
};

/** Names of files, the first three of many. */
export const few = (files: readonly string[]): string =>
  `${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`;

/** The chain with these links more, all said now. */
export const growEvidence = (by: Sayer, evidence: Evidence, ...links: readonly Told[]): Evidence => {
  const said = sayer(by);
  return links.reduce((chain, link) => grow(chain, { ...link, ...said }), evidence);
};

/** A chain as reports show it. */
export const shownEvidence = (evidence: Evidence, file?: string): NonNullable<Report['evidence']> => ({
  links: rows(evidence),
  head: evidence.head,
  ...(file === undefined ? {} : { file }),
});

/** Writes a chain where later steps find it, and gives it as reports show it, with its path. */
export const leaveEvidence = ({ temp }: Pick<Stage, 'temp'>, evidence: Evidence): NonNullable<Report['evidence']> =>
  shownEvidence(evidence, writeDocument(temp, evidence));
