import { begin, grow } from '#evidence';
import { digestOfBytes } from '#plan';
import type { Digest, Evidence, Link } from '#plan';

type Tests = Extract<Link, { kind: 'tests' }>;

export const run = { url: 'https://github.com/o/r/actions/runs/7', actor: 'ann' };
export const at = '2026-03-01T12:00:00.000Z';
export const image: Digest = digestOfBytes('an image');

/** A chain as `test-and-scan` leaves it. */
export const tested = (commit: string, over: Partial<Pick<Tests, 'verdict'>> = {}, repository = 'o/r'): Evidence =>
  grow(begin({ kind: 'commit', at, run, repository, commit }), {
    kind: 'tests',
    at,
    run,
    verdict: 'passed',
    tests: { total: 120, failed: 0, skipped: 2 },
    findings: 0,
    coverage: 91.25,
    report: digestOfBytes('a report'),
    ...over,
  });

/** The same, grown by `build-image`. */
export const built = (evidence: Evidence, digest = image): Evidence =>
  grow(grow(evidence, { kind: 'image', at, run, image: 'registry.test/o/r', digest, scan: 'passed' }), {
    kind: 'sbom',
    at,
    run,
    image: digest,
    format: 'cyclonedx',
    digest: digestOfBytes('a list of parts'),
  });
