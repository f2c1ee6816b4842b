import { fail, ok } from '#fault';
import type { Result } from '#fault';
import type { ReleaseId } from '#plan';
import type { History } from './fold.ts';

const name = (to: string): string => (to === 'previous' ? 'the release before the live one' : `\`${to}\``);

/**
 * Which release a rollback goes to: `previous`, a transaction (`t41`), a commit, or a release's id. What was taken back is never
 * "previous". Of several releases of one commit the newest confirmed one is taken; `several` says so.
 * Faults: `RELEASE_UNKNOWN`, `RELEASE_AMBIGUOUS`.
 */
export const destination = (
  to: string,
  history: History,
  live: ReleaseId,
  kept: readonly ReleaseId[],
): Result<{ release: ReleaseId; several: readonly ReleaseId[] }> => {
  const known = `On this host are: ${kept.join(', ') || 'none'}.`;
  const gone = (release: string) =>
    fail({
      code: 'RELEASE_UNKNOWN',
      what: `${name(to)} is ${release}, which is no longer on the host`,
      next: `Deploy that commit again. ${known}`,
    });
  const take = (release: ReleaseId, several: readonly ReleaseId[] = []) =>
    kept.includes(release) ? ok({ release, several }) : gone(release);

  if (to === 'previous') {
    const previous = history.line.at(-1) === live ? history.line.at(-2) : undefined;
    if (previous === undefined)
      return fail({
        code: 'RELEASE_AMBIGUOUS',
        what: `the journal names no release before ${live || 'the live one'}`,
        next: `Name the release with \`to\`. ${known}`,
      });
    return take(previous);
  }
  const transaction = /^t(\d+)$/.exec(to)?.[1];
  if (transaction !== undefined) {
    const past = history.transactions.find(
      ({ number, last }) => String(number) === transaction && last === 'confirmed',
    );
    if (past === undefined)
      return fail({
        code: 'RELEASE_UNKNOWN',
        what: `the journal knows no confirmed transaction ${to}`,
        next: `Name a release or a commit with \`to\`. ${known}`,
      });
    return take(past.release);
  }
  if (kept.includes(to)) return ok({ release: to, several: [] });
  const confirmed = history.transactions.filter(({ last }) => last === 'confirmed').map(({ release }) => release);
  const ofCommit = kept.filter((id) => /^[0-9a-f]{7,40}$/.test(to) && to.startsWith(id.slice(0, 7)));
  const newest =
    confirmed.findLast((release) => ofCommit.includes(release)) ?? (ofCommit.length === 1 ? ofCommit[0] : undefined);
  if (newest === undefined)
    return fail({
      code: ofCommit.length > 1 ? 'RELEASE_AMBIGUOUS' : 'RELEASE_UNKNOWN',
      what:
        ofCommit.length > 1
          ? `${name(to)} fits ${ofCommit.join(', ')}, none of them ever confirmed`
          : `${name(to)} is no release on this host`,
      next: `Name one with \`to\`. ${known}`,
    });
  return ok({ release: newest, several: ofCommit.length > 1 ? ofCommit : [] });
};
