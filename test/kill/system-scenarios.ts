import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployed, open, switched, switchInput } from './deploy.ts';
import { makeUnitFolder, rootProgram, siteDomain } from './host.ts';
import { movesOf, switch2 } from './moves.ts';
import { of, type Scenario } from './scenario.ts';
import { makeRelease, run, type Target } from './target.ts';
import { release1, releases, undo } from './transaction-scenarios.ts';

const prepared = (target: Target): void => {
  makeUnitFolder(target.home ?? '');
  releases(target);
};

const { moved, opened2 } = movesOf(prepared);

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

const siteOf = (port: number): string =>
  ['.server', '{', '.server_name', `-${siteDomain}`, ';', '.location', '-/', '{', '.proxy_pass', `-http://127.0.0.1:${port}`, ';', '}', '}'].join('\n'); // prettier-ignore

/** Two releases that run the same; of the first, or both, nginx has a site. */
const withSites = (target: Target, second: string | undefined): void => {
  makeUnitFolder(target.home ?? '');
  makeRelease(target, 'r1', release1, { env: 'A=1\n', site: siteOf(8001) });
  makeRelease(target, 'r2', release1, { env: 'A=2\n', ...(second === undefined ? {} : { site: second }) });
};

const firstSited = (second: string | undefined) => async (target: Target) => {
  withSites(target, second);
  await deployed(target, 'r1');
};

/** Where a release has a site: around it the programs are killed where there is none. */
const sited: readonly Scenario[] = [
  {
    name: 'switch, first deploy, with a site of nginx',
    before: async (target) => {
      withSites(target, undefined);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1')),
  },
  {
    name: 'switch, to another site of nginx',
    before: async (target) => {
      await firstSited(siteOf(8002))(target);
      await open(target, 'r2');
    },
    ...of('switch', (target) => switchInput(target, 2, 'r2')),
    from: '# switch.sh ',
  },
  {
    name: 'undo, of another site of nginx',
    before: async (target) => {
      await firstSited(siteOf(8002))(target);
      await switched(target, 'r2');
    },
    ...undo('t2'),
    from: '# undoing.sh',
  },
  {
    name: 'undo, to the site of nginx that the release before has alone',
    before: async (target) => {
      await firstSited(undefined)(target);
      await deployed(target, 'r2');
    },
    ...undo('t2'),
  },
  {
    name: 'undo, of a first deploy with a site of nginx',
    before: async (target) => {
      withSites(target, undefined);
      await switched(target, 'r1');
    },
    ...undo('t1'),
  },
];

/** Programs of the transaction where services are units of the system, or come to be; and root's program, which the next run calls again. */
export const systemScenarios: readonly Scenario[] = [
  ...sited.map((scenario) => ({
    // of the others only what is about the site: around it they are killed where there is none
    ...(scenario.from === undefined ? { from: '# site.sh', to: '# kept.sh' } : {}),
    ...scenario,
    rooted: true as const,
    recovers: true as const,
  })),
  {
    name: 'nginx’s site, root’s program',
    before: firstSited(undefined),
    text: rootProgram(),
    args: () => [],
    stdin: Buffer.from(`site\n${siteOf(8002)}\n`),
    from: '# site.sh',
    rooted: true,
  },
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
