import type { Event } from './events.ts';
import { lineOf } from './line.ts';
import { fromWord } from './word.ts';

/** One transaction, as its events tell it. */
export type Past = {
  readonly number: number;
  /** `deploy`, `rollback`, `undo` (a person took a confirmed one back); empty: the line of its opening is lost. */
  readonly kind: string;
  readonly release: string;
  /** What served when it was opened. */
  readonly previous: string;
  readonly repository: string;
  readonly workflow: string;
  readonly run: string;
  readonly attempt: number;
  readonly runNumber: number;
  /** The last thing that befell it. */
  readonly last: Event['e'];
  /** It began to migrate an empty database. */
  readonly migrated: boolean;
  readonly at: number;
};

/** What a host's journal tells. */
export type History = {
  readonly transactions: readonly Past[];
  /** Releases in the order in which one followed the other, the live one last; what was taken or rolled back is not in it. */
  readonly line: readonly string[];
  /** Confirmed transactions whose release was left since, by going back to one before it. */
  readonly left: ReadonlySet<number>;
  /** Confirmed transactions that made the live release the live one. */
  readonly serving: ReadonlySet<number>;
  readonly damaged: number;
};

const begun = (event: Event): Past => ({
  number: event.tx,
  kind: event.e === 'opened' ? (event.kind ?? 'deploy') : '',
  release: event.release ?? '',
  previous: event.previous ?? '',
  repository: event.repository ?? '',
  workflow: fromWord(event.workflow ?? ''),
  run: event.run ?? '',
  attempt: Number(event.attempt ?? 0),
  runNumber: Number(event.run_number ?? 0),
  last: event.e,
  migrated: event.e === 'migrating' || event.e === 'migrated',
  at: event.at,
});

const goneOn = (known: Past, event: Event): Past => ({
  ...known,
  last: event.e,
  release: event.release ?? known.release,
  // what was adopted is called a release only after the opening, and is one from the confirm on
  previous: known.previous === '' && event.e === 'confirmed' ? (event.previous ?? '') : known.previous,
  migrated: known.migrated || event.e === 'migrating',
});

/** Who looked at what came of it, heard of it, agreed to it or stands for it changes nothing about it. */
const bystanding: ReadonlySet<Event['e']> = new Set<Event['e']>(['checked', 'told', 'approved', 'verified']);

/**
 * Folds events, oldest first, into the history of a host. A program writes its event before it changes the state: killed in
 * between and run again, it writes it twice, or another run opens under the same number. The last word counts.
 */
export const fold = ({ events, damaged }: { events: readonly Event[]; damaged: number }): History => {
  const byNumber = new Map<number, Past>();
  for (const event of events) {
    if (bystanding.has(event.e)) continue;
    const known = byNumber.get(event.tx);
    byNumber.set(event.tx, event.e === 'opened' || known === undefined ? begun(event) : goneOn(known, event));
  }
  const transactions = [...byNumber.values()];
  return { transactions, ...lineOf(transactions), damaged };
};
