import type { History, Past } from './fold.ts';

/** A release that served, and the transactions that brought it. */
type Stretch = { readonly release: string; readonly by: readonly number[] };

/** The stretches up to the live one, and the transactions whose release was left. */
type Way = { readonly line: readonly Stretch[]; readonly left: ReadonlySet<number> };

/** The way ends at this stretch: what came after it is left. */
const cut = ({ line, left }: Way, at: number): Way => ({
  line: line.slice(0, at + 1),
  left: new Set([...left, ...line.slice(at + 1).flatMap(({ by }) => by)]),
});

/** One stretch more, or the last one again. Who brought this release before it was left stands in the line again too. */
const append = ({ line, left }: Way, release: string, by: readonly number[]): Way => {
  const end = line.at(-1);
  if (end?.release !== release) return { line: [...line, { release, by }], left };
  return { line: [...line.slice(0, -1), { release, by: [...end.by, ...by] }], left };
};

/** What served when a transaction opened is certain. Where the line ends with something else, lines of the journal are lost. */
const align = (way: Way, previous: string): Way => {
  if (previous === '' || way.line.at(-1)?.release === previous) return way;
  const at = way.line.findLastIndex(({ release }) => release === previous);
  return at < 0 ? append(way, previous, []) : cut(way, at);
};

const again = (way: Way, { number, release }: Past, before: readonly Past[]): Way => {
  const back = before
    .filter((past) => past.release === release && way.left.has(past.number))
    .map((past) => past.number);
  const left = new Set([...way.left].filter((one) => !back.includes(one)));
  return append({ line: way.line, left }, release, [...back, number]);
};

/** A deploy follows; going back leaves what came after the release that it goes back to. */
const follow = (way: Way, past: Past, before: readonly Past[]): Way => {
  if (past.kind === 'deploy') return again(way, past, before);
  const at = way.line.findLastIndex(({ release }) => release === past.release);
  if (at >= 0) return append(cut(way, at), past.release, [past.number]);
  // forward again, to what had been left
  if (past.kind !== '' && before.some(({ release }) => release === past.release)) return again(way, past, before);
  // back to what is older than the journal, or by a transaction whose kind is lost: what was before it cannot be told
  const none = past.kind === '' ? { line: [], left: way.left } : cut(way, -1);
  return append(none, past.release, [past.number]);
};

/** The order in which releases followed one another, from transactions in the order of their numbers. */
export const lineOf = (transactions: readonly Past[]): Pick<History, 'line' | 'left' | 'serving'> => {
  let way: Way = { line: [], left: new Set() };
  for (const [at, past] of transactions.entries()) {
    way = align(way, past.previous);
    if (past.last === 'confirmed') way = follow(way, past, transactions.slice(0, at));
  }
  return { line: way.line.map(({ release }) => release), left: way.left, serving: new Set(way.line.at(-1)?.by) };
};
