import { test } from '@jest/globals';

/**
 * jest's `test`, of which every other call counts: where tests would be the same under two shells, they take turns with them. What a line does
 * hardly depends on who reads it; that both can read each line is shown by kills (`npm run test:proof`).
 * @param turn 0 or 1: which ones count. Tables (`each`) always do.
 */
export const inTurn = (turn: number) => {
  let count = 0;
  const one = (name: string, body: () => Promise<void> | void): void => {
    if (count % 2 === turn) test(name, body);
    count += 1;
  };
  return Object.assign(one, { each: test.each.bind(test) });
};
