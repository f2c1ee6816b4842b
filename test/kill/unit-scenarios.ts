import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployed, open, switched, switchInput } from './deploy.ts';
import { movesOf, switch2 } from './moves.ts';
import { of, type Scenario } from './scenario.ts';
import { run } from './target.ts';
import { releases, undo } from './transaction-scenarios.ts';

const { moved, opened2 } = movesOf(releases);

/** Where the user has a systemd that runs the services. What stands before is killed where supervisor runs them. */
const asUnits: readonly Scenario[] = [
  {
    name: 'switch, first deploy, as units',
    before: async (target) => {
      releases(target);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1', { manager: 'systemd' })),
    to: '# undoing.sh',
  },
  { name: 'switch, as units', before: opened2('systemd'), ...switch2('systemd') },
  { name: 'switch, from supervisor to units', before: opened2('supervisor'), ...switch2('systemd') },
  { name: 'switch, from units to supervisor', before: opened2('systemd'), ...switch2('supervisor') },
  { name: 'undo, of units', before: moved('systemd', 'systemd'), ...undo('t2') },
  { name: 'undo, of a move to units', before: moved('supervisor', 'systemd'), ...undo('t2') },
  { name: 'undo, of a move to supervisor', before: moved('systemd', 'supervisor'), ...undo('t2') },
  {
    name: 'undo, of a first deploy as units',
    before: async (target) => {
      releases(target);
      await switched(target, 'r1', 'systemd');
    },
    ...undo('t1'),
  },
  {
    name: 'recover, of units after a boot',
    before: async (target) => {
      releases(target);
      await deployed(target, 'r1', 'systemd');
      const units = readdirSync(join(target.home ?? '', '.config/systemd/user')).filter((name) => /-web/.test(name));
      await run(target, ['systemctl', '--user', 'stop', ...units]);
    },
    ...undo('recover'),
  },
];

/** Programs of the transaction, where the deploy user's systemd runs the services, or comes to. */
export const unitScenarios: readonly Scenario[] = asUnits.map((scenario) => ({
  from: '# systemd.sh',
  ...scenario,
  managed: true,
  recovers: true,
}));
