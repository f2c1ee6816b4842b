import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { markOf } from '../kill/host.ts';
import { demand, demandWhole, playAll, type Play } from './play.ts';
import { fallsIn, goesOn, powerCut, reboot } from './reboots.ts';
import { reloadsOf } from './set-up-units.ts';
import type { Site } from './site.ts';
import { flows } from './spine.ts';
import { attacks } from './system-attacks.ts';
import { moves, movesBack } from './systemd.ts';

const unitOf = ({ base }: Site): string => `landfall-${markOf(base)}-web.service`;

const shown = async (site: Site, ...keys: readonly string[]): Promise<string> =>
  (await site.host.exec(`systemctl show --property=${keys.join(',')} ${unitOf(site)}`)).trim();

const underUnits: Play = {
  name: 'the service is a unit of the system and the deploy user’s process, and one that dies is started again',
  play: async (site) => {
    const { current: live, units } = await site.state();
    const state = await shown(site, 'ActiveState', 'User', 'FragmentPath', 'UnitFileState');
    const wanted = ['ActiveState=active', `FragmentPath=/etc/systemd/system/${unitOf(site)}`, 'User=deploy'];
    demand(
      wanted.every((line) => state.split('\n').includes(line)),
      () => state,
    );
    // recovery starts it at boot, when it has decided which release serves
    demand(!state.includes('UnitFileState=enabled'), () => state);
    const own = units.filter((unit) => /^landfall-\d+-/.test(unit));
    demand(own.length === 0, () => `the deploy user's systemd has ${own.join('; ')}`);
    await site.host.exec(`systemctl kill --kill-whom=main --signal=KILL ${unitOf(site)}`);
    await demandWhole(site, live);
    return unitOf(site);
  },
};

const reloads: Play = {
  name: 'a unit that is as it was costs no reload of systemd; a changed one costs one, and an undo brings the old one back',
  play: async (site) => {
    const before = await reloadsOf(site.host);
    await site.deployed('Same unit');
    demand((await reloadsOf(site.host)) === before, () => 'systemd was reloaded for an unchanged unit');
    const yml = 'landfall.yml';
    const file = readFileSync(join(site.repository.dir, yml), 'utf8');
    site.repository.commit('Longer drain', { [yml]: file.replace('drain: 5s', 'drain: 9s') });
    await site.deployed('Changed unit');
    demand((await reloadsOf(site.host)) === before + 1, () => `systemd was reloaded ${String(before)} times before`);
    const stops = await shown(site, 'TimeoutStopUSec');
    demand(stops === 'TimeoutStopUSec=9s', () => stops);
    const { number } = await site.state();
    await site.host.exec(`sh ${site.base}/.landfall/undo t${number}`, 'deploy');
    const back = await shown(site, 'TimeoutStopUSec', 'NeedDaemonReload');
    demand(back.includes('TimeoutStopUSec=5s') && back.includes('NeedDaemonReload=no'), () => back);
    site.repository.commit('Drain as before', { [yml]: file });
    return 'one reload there, one back';
  },
};

/** Deploys whose services are units of the system: what holds under other managers, moves between them, and a deploy user who wants to be root. */
export const system = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: true, manager: 'system', title: 'system' }, [
    ...flows,
    underUnits,
    reloads,
    ...attacks,
    fallsIn('switching', reboot),
    fallsIn('switched', powerCut),
    fallsIn('confirmed', reboot),
    goesOn,
    movesBack('supervisor'),
    moves('systemd'),
    movesBack('system'),
    moves('system'),
  ]);
