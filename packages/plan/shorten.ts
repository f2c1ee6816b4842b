/**
 * A text of at most `most` UTF-16 units, which is never more than services count; what is cut is shown by its end, and no
 * character is torn.
 */
export const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/** A text of at most `most` UTF-16 units that has no part of a word: half a secret could not be masked. Of one long word nothing is left but ` …`. */
export const wholeWords = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(0, text.lastIndexOf(' ', most - 2)))} …`;
