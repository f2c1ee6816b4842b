import type { Manager } from '#plan';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { demand, demandWhole, killedSwitched, playAll, type Play } from './play.ts';
import type { Site } from './site.ts';
import { flows, kills } from './spine.ts';

/** The state of each unit that runs a service. */
const unitsOf = async (site: Site): Promise<readonly string[]> =>
  (await site.state()).units.filter((unit) => /^landfall-\d+-/.test(unit));

const underUnits: Play = {
  name: 'the service is a unit, and one that dies is started again',
  play: async (site) => {
    const { current: live } = await site.state();
    const [unit = '', ...more] = await unitsOf(site);
    const name = /^(landfall-\d+-web\.service) +loaded +active +running/.exec(unit)?.[1];
    if (name === undefined || more.length > 0) throw new Error(`its units are: ${[unit, ...more].join('; ')}`);
    const kill = `systemctl --user kill --kill-whom=main --signal=KILL ${name}`;
    await site.host.exec(`XDG_RUNTIME_DIR=/run/user/$(id -u) ${kill}`, 'deploy');
    await demandWhole(site, live);
    return name;
  },
};

export const moves = (to: Manager): Play => ({
  name: `a deploy moves the services to ${to}`,
  play: async (site) => {
    site.manage(to);
    const end = await site.deployed(`Move to ${to}`);
    await demandWhole(site, end.outputs['release'] ?? '');
    const units = await unitsOf(site);
    demand(units.length === (to === 'systemd' ? 1 : 0), () => `its units are: ${units.join('; ') || 'none'}`);
    return `gap ${end.outputs['downtime-ms'] ?? ''} ms`;
  },
});

export const movesBack = (to: Manager): Play => ({
  name: `the watchdog undoes a move to ${to}`,
  play: async (site) => {
    const [live, from] = [(await site.state()).current, site.manager()];
    site.manage(to);
    await killedSwitched(site, '5s');
    site.manage(from);
    await demandWhole(site, live);
    const units = await unitsOf(site);
    demand(units.length === (from === 'systemd' ? 1 : 0), () => `its units are: ${units.join('; ') || 'none'}`);
    return `${live} serves under ${from} again`;
  },
});

/** Deploys as a deploy user whose own systemd runs the services: what holds under supervisor, and moves between the two. */
export const systemd = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: true, manager: 'systemd', title: 'systemd' }, [
    ...flows,
    ...kills,
    underUnits,
    movesBack('supervisor'),
    moves('supervisor'),
    movesBack('systemd'),
    moves('systemd'),
  ]);
