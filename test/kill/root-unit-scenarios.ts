import { deployed, open, switched, switchInput } from './deploy.ts';
import { editTransaction } from './host.ts';
import { movesOf, switch2 } from './moves.ts';
import { makeRunnable, writeUnits } from './root-units.ts';
import { of, type Scenario } from './scenario.ts';
import { run, type Target } from './target.ts';
import { release1, release2, undo } from './transaction-scenarios.ts';

const prepared = (target: Target): void => {
  writeUnits(target, [...new Set([...Object.keys(release1), ...Object.keys(release2)])]);
  makeRunnable(target, 'r1', release1);
  makeRunnable(target, 'r2', release2);
};

const { moved, opened2 } = movesOf(prepared);

const all: readonly Scenario[] = [
  {
    name: 'switch, first deploy, as units of root’s',
    before: async (target) => {
      prepared(target);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1', { manager: 'units' })),
  },
  { name: 'switch, as units of root’s', before: opened2('units'), ...switch2('units') },
  { name: 'switch, from supervisor to units of root’s', before: opened2('supervisor'), ...switch2('units') },
  { name: 'switch, from units of root’s to those of the user', before: opened2('units'), ...switch2('systemd') },
  { name: 'undo, of units of root’s', before: moved('units', 'units'), ...undo('t2') },
  { name: 'undo, of a move to units of root’s', before: moved('systemd', 'units'), ...undo('t2') },
  { name: 'undo, of a move from units of root’s', before: moved('units', 'supervisor'), ...undo('t2') },
  {
    name: 'undo, of a first deploy as units of root’s',
    before: async (target) => {
      prepared(target);
      await switched(target, 'r1', 'units');
    },
    ...undo('t1'),
  },
  {
    name: 'recover, of units of root’s that a boot has not started',
    before: async (target) => {
      prepared(target);
      await deployed(target, 'r1', 'units');
      await run(target, ['systemctl', 'stop', 'web.service', 'tasks.service']);
    },
    ...undo('recover'),
  },
  {
    name: 'recover, of a scheduler that a boot has started again',
    before: async (target) => {
      prepared(target);
      makeRunnable(target, 'r3', { web: release1.web });
      await deployed(target, 'r1', 'units');
      await deployed(target, 'r3');
      await run(target, ['systemctl', 'start', 'beat.service']);
    },
    ...undo('recover'),
  },
  {
    name: 'recover, of units of root’s after a boot that nobody has confirmed',
    before: async (target) => {
      await moved('units', 'units')(target);
      editTransaction(target, 'boot', 'another/1');
    },
    ...undo('recover'),
  },
];

/** Programs of the transaction where units that root has written run the services, or come to. Around these they are killed elsewhere. */
export const rootUnitScenarios: readonly Scenario[] = all.map((scenario) => ({
  ...scenario,
  from: '# keepers.sh',
  to: '# roles.sh',
  allowed: true as const,
  recovers: true as const,
}));
