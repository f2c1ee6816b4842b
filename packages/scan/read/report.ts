import type { Unchecked } from '#plan';
import { firstLine } from './text.ts';

/** How many troubles of one kind are told one by one. */
const mostTold = 20;

/** Collects what could not be read of one file, for one gate. */
export const troubles = (by: string, file: string) => {
  const told: Unchecked[] = [];
  let untold = 0;
  return {
    /** `what` goes on after the file's name: `skipped psycopg2: not found`. */
    add: (what: string, about = by): void => {
      if (told.length < mostTold) told.push({ by: about, what: firstLine(`${file} ${what}`), file });
      else untold += 1;
    },
    list: (): readonly Unchecked[] =>
      untold === 0 ? told : [...told, { by, what: `${file} has ${untold} more that could not be read`, file }],
  };
};

export type Troubles = ReturnType<typeof troubles>;
