import type { Found } from '#plan';

/** The release that was confirmed last; empty: none. */
export const liveOf = (found: Found): string => (found.phase === 'confirmed' ? found.release : found.previous);
