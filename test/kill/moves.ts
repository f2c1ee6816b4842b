import type { Manager } from '#plan';
import { deployed, open, switched, switchInput } from './deploy.ts';
import { of, type Scenario } from './scenario.ts';
import type { Target } from './target.ts';

/** What a program finds where r1 was deployed, and r2 follows under the same manager or another. */
export type Moves = {
  /** r1 is confirmed, r2 switched. */
  readonly moved: (from: Manager, to: Manager) => Scenario['before'];
  /** r1 is confirmed, a transaction is open for r2. */
  readonly opened2: (from: Manager) => Scenario['before'];
};

/** @param prepare makes the two releases, and what their managers need */
export const movesOf = (prepare: (target: Target) => void): Moves => ({
  moved: (from, to) => async (target) => {
    prepare(target);
    await deployed(target, 'r1', from);
    await switched(target, 'r2', to);
  },
  opened2: (from) => async (target) => {
    prepare(target);
    await deployed(target, 'r1', from);
    await open(target, 'r2');
  },
});

/** The switch to r2. */
export const switch2 = (manager: Manager): Pick<Scenario, 'text' | 'args'> =>
  of('switch', (target) => switchInput(target, 2, 'r2', { manager }));
