import { distance } from 'fastest-levenshtein';

/**
 * The known name that a mistyped one was probably meant to be, or undefined when none is near:
 * at most a third of its letters, but always one or two, may differ. Case, `_` and `-` count as the same.
 */
export const nearest = (name: string, known: readonly string[]): string | undefined => {
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '-');
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.away - b.away);
  const best = ranked[0];
  return best !== undefined && best.away <= Math.max(2, Math.floor(name.length / 3)) && best.away < name.length
    ? best.candidate
    : undefined;
};
