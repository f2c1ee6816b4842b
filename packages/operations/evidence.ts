import { begin, digestOfJson, grow, rows, writeDocument } from '#evidence';
import type { Said } from '#evidence';
import type { Evidence, Report, ScanReport } from '#plan';
import { readCommitted } from '#release';
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

/** The chain of a commit, and what its tests and scans came to. */
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
    // as the section `scan` of the report has it
    report: digestOfJson(scan),
  });
};

/** The commit that a checkout is; undefined: tracked files are not as a commit has them, or git has none. */
export const testedCommit = async (workspace: string): Promise<string | undefined> => {
  const found = await readCommitted(workspace);
  return found.ok && found.value.changed.length === 0 ? found.value.commit : undefined;
};

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
