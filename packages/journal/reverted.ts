import type { Reverted } from '#plan';
import type { Event } from './events.ts';

/** Why a host took a release back without being asked, in words. */
const reasons: Readonly<Record<string, string>> = {
  silence: 'nobody confirmed it in time',
  reboot: 'the host was started anew before it was confirmed',
  died: 'the program that worked on it died half-way',
};

/** What is older is no news any more: seconds. Hosts have done so before Landfall told of it. */
const age = 7 * 86_400;

/** What happened, before it is known when. `by`: who opened it; empty: not known. `why`: as the journal has it. */
type Told = Pick<Reverted, 'number' | 'release' | 'previous' | 'held'> & { readonly by: string; readonly why: string };

const says = ({ number, release, previous, held, by, why }: Told): string => {
  const came = held
    ? 'its undo failed, and the target is held for a person'
    : `the host took it back by itself, and ${previous || 'nothing'} serves since`;
  return `t${number} (${release}${by === '' ? '' : `, opened by ${by}`}): ${reasons[why] ?? why}; ${came}`;
};

const said = (event: Event, opened: Event | undefined): Reverted => {
  const { tx: number, release = '', previous = '', at, text: why, e } = event;
  const when = new Date(at * 1000).toISOString();
  const told = { number, release, previous, held: e === 'held', by: opened?.text.split('\n')[0] ?? '', why };
  return { number, release, previous, held: told.held, at: when, says: `${says(told)} (${when})` };
};

/** All that a host may come to do by itself with a transaction that is about to be opened: each reason, and each end. */
export const couldRevert = (
  opened: Omit<Told, 'held' | 'why'>,
): readonly (Omit<Reverted, 'at'> & { readonly why: string })[] =>
  Object.keys(reasons).flatMap((why) =>
    [false, true].map((held) => {
      const { number, release, previous } = opened;
      return { number, release, previous, held, why, says: says({ ...opened, held, why }) };
    }),
  );

/**
 * The releases that the host took back by itself and of which nobody was told yet, oldest first. What had switched nothing is
 * no loss to anybody, and what a person has dealt with since is no news. `clock`: seconds, as the events' own.
 */
export const revertedOf = (events: readonly Event[], clock: number): readonly Reverted[] => {
  const opened = new Map<number, Event>();
  const switched = new Set<number>();
  const news = new Map<number, Reverted>();
  for (const event of events) {
    const { tx, e, text, at } = event;
    if (e === 'opened') {
      opened.set(tx, event);
      switched.delete(tx);
    }
    if (e === 'switching' || e === 'switched') switched.add(tx);
    const byItself = (e === 'undone' || e === 'held') && Object.hasOwn(reasons, text) && switched.has(tx);
    if (byItself && clock - at < age) news.set(tx, said(event, opened.get(tx)));
    else news.delete(tx);
  }
  return [...news.values()];
};
