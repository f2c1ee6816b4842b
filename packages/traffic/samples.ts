/** One request of the meter. Times in ms on one clock. */
export type Sample = {
  readonly sent: number;
  /** When its answer, or its failure, was there. */
  readonly received: number;
  /** Answered with a status below 500. A redirect or a 4xx is an answer: something serves. */
  readonly good: boolean;
};

/**
 * The longest time (ms) for which the URL cannot be shown to have been answered: from the last good request *sent*
 * before bad ones to the first good one *received* after them. Pessimistic on purpose.
 *
 * 0 when nothing was bad, or when nothing good came before: what never served was not interrupted.
 * With no good answer after the bad ones: until `end`.
 */
export const longestGap = (samples: readonly Sample[], end: number): number => {
  const sorted = [...samples].sort((a, b) => a.sent - b.sent);
  let longest = 0;
  let lastGood: number | undefined;
  let broken = false;
  for (const [at, sample] of sorted.entries()) {
    if (!sample.good) {
      broken = lastGood !== undefined;
    } else {
      if (broken && lastGood !== undefined) longest = Math.max(longest, firstReceived(sorted, at) - lastGood);
      broken = false;
      lastGood = sample.sent;
    }
  }
  return broken && lastGood !== undefined ? Math.max(longest, end - lastGood) : longest;
};

/** Requests overlap: one sent later may be answered earlier. The good ones until the next bad one count. */
const firstReceived = (sorted: readonly Sample[], from: number): number => {
  let first = Infinity;
  for (const sample of sorted.slice(from)) {
    if (!sample.good) break;
    first = Math.min(first, sample.received);
  }
  return first;
};
