export { destination } from './destination.ts';
export { readJournal } from './events.ts';
export type { Event } from './events.ts';
export { fold } from './fold.ts';
export type { History, Past } from './fold.ts';
export { mayTake, newerRun, own, standing } from './standing.ts';
export { standings, states, wishes } from './states.ts';
export type { Answer, Standing, Wish } from './states.ts';
export { fromWord, toWord } from './word.ts';
