import { deployed, open, switched } from './deploy.ts';
import { of, type Scenario } from './scenario.ts';
import { idle, makeRelease, type Target } from './target.ts';
import { undo } from './transaction-scenarios.ts';

/** Leaves one line, the same however often it runs. */
const writes = (moment: string): readonly string[] => [
  '/bin/sh',
  '-c',
  `echo "$LANDFALL_HOOK of $LANDFALL_RELEASE after $LANDFALL_PREVIOUS" >../../shared/${moment}`,
];

const hooks = Object.fromEntries(['before-switch', 'after-switch', 'before-undo'].map((one) => [one, writes(one)]));

const releases = (target: Target): void => {
  for (const id of ['r1', 'r2']) makeRelease(target, id, { web: idle }, { env: 'A=1\n', hooks });
};

const hook = (moment: 'before-switch' | 'after-switch') =>
  of('hook', ({ base }) => ({ base, number: 1, moment, limit: 60 }));

const first = '# hooks.sh';

/** Programs that run hooks. */
export const hookScenarios: readonly Scenario[] = [
  {
    name: 'hook, before a switch',
    before: async (target) => {
      releases(target);
      await open(target, 'r1');
    },
    ...hook('before-switch'),
    from: first,
  },
  {
    name: 'hook, after a switch',
    before: async (target) => {
      releases(target);
      await switched(target, 'r1');
    },
    ...hook('after-switch'),
    from: first,
  },
  {
    name: 'undo with a hook, of a switched one',
    before: async (target) => {
      releases(target);
      await deployed(target, 'r1');
      await switched(target, 'r2');
    },
    ...undo('t2'),
    from: first,
  },
  {
    name: 'undo with a hook, of a confirmed one',
    before: async (target) => {
      releases(target);
      await deployed(target, 'r1');
      await deployed(target, 'r2');
    },
    ...undo('t2'),
    from: first,
  },
];
