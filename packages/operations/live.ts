import type { Found } from '#plan';

/** The release that was confirmed last; empty: none. */
export const liveOf = (found: Pick<Found, 'phase' | 'release' | 'previous'>): string =>
  found.phase === 'confirmed' ? found.release : found.previous;
