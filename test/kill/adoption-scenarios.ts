import {
  adoptInput,
  byHand,
  confirmedAdopting,
  factsOf,
  installByHand,
  lendInput,
  noted,
  openAdopting,
  switchedAdopting,
} from './adoption.ts';
import { open, switchInput } from './deploy.ts';
import { of, type Scenario } from './scenario.ts';
import { runProgram, type Target } from './target.ts';
import { undo } from './transaction-scenarios.ts';

const installed = async (target: Target): Promise<void> => {
  await installByHand(target);
};

// where the text begins that takes over and gives back; what stands before it is killed elsewhere, but for the manager's own
const own = '# adopting.sh';
const ownManager = '# keepers.sh';
const afterManager = '# managers.sh';

/** The same, where units of the system run it: what is killed is who keeps them, and who takes over and gives back between their stop and start. */
const asUnits: readonly Scenario[] = [
  {
    name: 'switch, which adopts units of the system',
    before: async (target) => {
      await noted(await installByHand(target, 'units'), 'units');
    },
    ...of('switch', (target) => switchInput(byHand(target), 1, 'r1')),
    from: ownManager,
    to: afterManager,
    allowed: true,
    recovers: true,
  },
  {
    name: 'undo, of a switch that adopted units of the system',
    before: async (target) => {
      await switchedAdopting(await installByHand(target, 'units'), 'units');
    },
    ...undo('t1'),
    from: ownManager,
    to: afterManager,
    allowed: true,
    recovers: true,
  },
  {
    name: 'switch, of units of the system that were adopted',
    before: async (target) => {
      const at = await installByHand(target, 'units');
      await confirmedAdopting(at, 'units');
      await open(at, 'r2');
    },
    ...of('switch', (target) => switchInput(byHand(target), 2, 'r2')),
    from: ownManager,
    to: afterManager,
    allowed: true,
    recovers: true,
  },
];

/** Programs that take over what people have made by hand, and give it back. */
export const adoptionScenarios: readonly Scenario[] = [
  {
    name: 'lend, of what was made by hand',
    before: installed,
    ...of('lend', (target) => lendInput(byHand(target))),
  },
  {
    name: 'adopt, in the open transaction',
    before: async (target) => {
      await openAdopting(await installByHand(target), 'r1');
    },
    ...of('adopt', (target) => adoptInput(byHand(target))),
    from: '# adopt.sh',
    // the stdin of a scenario is one for all hosts: the file that it names is not asked here
    stdin: factsOf({ base: '/srv/app-landfall', path: '/srv/app', shell: [], searched: '' }),
    next: (target) =>
      runProgram(byHand(target), 'adopt', adoptInput(byHand(target)), {
        stdin: factsOf({ base: '/srv/app-landfall', path: '/srv/app', shell: [], searched: '' }),
      }),
  },
  {
    name: 'switch, which adopts',
    before: async (target) => {
      await noted(await installByHand(target));
    },
    ...of('switch', (target) => switchInput(byHand(target), 1, 'r1')),
    from: own,
    recovers: true,
  },
  {
    name: 'undo, of a switch that adopted',
    before: async (target) => {
      await switchedAdopting(await installByHand(target));
    },
    ...undo('t1'),
    from: own,
    recovers: true,
  },
  {
    name: 'switch, of programs that were adopted',
    before: async (target) => {
      const at = await installByHand(target);
      await confirmedAdopting(at);
      await open(at, 'r2');
    },
    ...of('switch', (target) => switchInput(byHand(target), 2, 'r2')),
    from: ownManager,
    to: afterManager,
    recovers: true,
  },
  {
    name: 'undo, of a confirmed switch that adopted',
    before: async (target) => {
      await confirmedAdopting(await installByHand(target));
    },
    ...undo('t1'),
    from: ownManager,
    to: afterManager,
    recovers: true,
  },
  ...asUnits,
];
