import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Manager } from '#plan';
import { deployed, open, switched, switchInput } from './deploy.ts';
import { makeUnitFolder, rootProgram } from './host.ts';
import { of, type Scenario } from './scenario.ts';
import { run, type Target } from './target.ts';
import { releases, undo } from './transaction-scenarios.ts';

const prepared = (target: Target): void => {
  makeUnitFolder(target.home ?? '');
  releases(target);
};

/** The first release by one manager, then the second by the same or another: switched, not confirmed. */
const moved = (from: Manager, to: Manager) => async (target: Target) => {
  prepared(target);
  await deployed(target, 'r1', from);
  await switched(target, 'r2', to);
};

const opened2 = (from: Manager) => async (target: Target) => {
  prepared(target);
  await deployed(target, 'r1', from);
  await open(target, 'r2');
};

const switch2 = (manager: Manager) => of('switch', (target) => switchInput(target, 2, 'r2', { manager }));

const asUnits: readonly Scenario[] = [
  {
    name: 'switch, first deploy, as units of the system',
    before: async (target) => {
      prepared(target);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1', { manager: 'system' })),
  },
  { name: 'switch, as units of the system', before: opened2('system'), ...switch2('system') },
  { name: 'switch, from supervisor to units of the system', before: opened2('supervisor'), ...switch2('system') },
  { name: 'switch, from units of the system to those of the user', before: opened2('system'), ...switch2('systemd') },
  { name: 'undo, of units of the system', before: moved('system', 'system'), ...undo('t2') },
  { name: 'undo, of a move to units of the system', before: moved('systemd', 'system'), ...undo('t2') },
  {
    name: 'undo, of a first deploy as units of the system',
    before: async (target) => {
      prepared(target);
      await switched(target, 'r1', 'system');
    },
    ...undo('t1'),
  },
  {
    name: 'recover, of units of the system after a boot',
    before: async (target) => {
      prepared(target);
      await deployed(target, 'r1', 'system');
      const units = readdirSync(join(target.home ?? '', '.config/systemd/system')).filter((name) => /-web/.test(name));
      await run(target, ['systemctl', 'stop', ...units]);
    },
    ...undo('recover'),
  },
];

/** Programs of the transaction where services are units of the system, or come to be; and root's program, which the next run calls again. */
export const systemScenarios: readonly Scenario[] = [
  ...asUnits.map((scenario) => ({
    ...scenario,
    // around it they are killed where the user's own systemd runs the services
    from: '# system.sh',
    to: '# managers.sh',
    rooted: true as const,
    recovers: true as const,
  })),
  {
    name: 'units of the system, root’s program',
    before: moved('systemd', 'system'),
    text: rootProgram(),
    args: () => [],
    stdin: Buffer.from('units\n[web]\nTimeoutStopSec=9\n[other]\nNice=1\n[beat]\n'),
    rooted: true,
  },
];
