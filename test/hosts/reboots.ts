import type { Manager } from '#plan';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { leaveOpen, leaveSwitching } from './leave.ts';
import { demand, demandWhole, killedSwitched, playAll, type Play } from './play.ts';
import type { Site } from './site.ts';

/** How a host goes down and comes up again. */
type Fall = { readonly name: string; readonly falls: (site: Site) => Promise<void> };

export const reboot: Fall = { name: 'a reboot', falls: ({ host }) => host.reboot() };

export const powerCut: Fall = {
  name: 'a power cut',
  falls: async ({ host }) => {
    await host.powerCut();
    await host.start();
  },
};

/** Leaves a deploy with its runner dead, the host in a phase of its transaction, and whatever was at work there still at work. */
const leaves: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  open: (site) => leaveOpen(site),
  // so long that the host goes down meanwhile
  switching: (site) => leaveSwitching(site, 20, '10m'),
  switched: (site) => killedSwitched(site, '10m'),
  undoing: async (site) => {
    await killedSwitched(site, '10m');
    const { number } = await site.state();
    // a shell that is not waited for: it is to be cut
    // the host itself looks when it has begun: from outside, it may be over before anybody has asked
    const begun = `grep -qxE "phase=undo(ing|ne)" ${site.base}/.landfall/transaction`;
    await site.host.exec(
      `setsid sh ${site.base}/.landfall/undo t${number} failed >/dev/null 2>&1 & timeout 300 sh -c 'until ${begun}; do sleep 0.02; done'`,
      'deploy',
    );
  },
  confirmed: async (site) => {
    await site.deployed('Confirmed');
  },
};

/** One whole release serves after the host went down in a phase. */
export const fallsIn = (phase: string, { name, falls }: Fall): Play => ({
  name: `${name} in the phase ${phase}: one whole release serves, by the host alone`,
  play: async (site) => {
    const before = (await site.state()).current;
    site.commit(`Fall in ${phase}`);
    await leaves[phase]?.(site);
    const found = await site.state();
    // an undo may be through before it was looked at
    const there = found.phase === phase || (phase === 'undoing' && found.phase === 'undone');
    demand(there, () => `the host is ${found.phase} when it goes down, not ${phase}`);
    await falls(site);
    const began = performance.now();
    const live = phase === 'confirmed' ? found.current : before;
    await demandWhole(site, live);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const after = await site.state();
    const closed = phase === 'confirmed' ? 'confirmed' : 'undone';
    demand(after.phase === closed, () => `t${after.number} is ${after.phase}, not ${closed}`);
    return `t${after.number} is ${after.phase}, ${live} serves ${seconds} s after the boot`;
  },
});

const first: Play = {
  name: 'a first deploy is done',
  play: async (site) => {
    const end = await site.deployed('First');
    await demandWhole(site, end.outputs['release'] ?? '');
    return end.outputs['release'] ?? '';
  },
};

const minded: Play = {
  name: 'the watchdog and the recovery at boot are units of the deploy user’s systemd',
  play: async (site) => {
    const live = (await site.state()).current;
    site.commit('Be watched');
    await killedSwitched(site, '60s');
    const { units } = await site.state();
    const watchdog = units
      .map((unit) => /^(landfall-watch-t2-\d+\.service) +loaded +active +running/.exec(unit)?.[1])
      .find(Boolean);
    if (watchdog === undefined) throw new Error(`its units are: ${units.join('; ') || 'none'}`);
    const status = await site.host.exec(`sh ${site.base}/.landfall/status`, 'deploy');
    demand(/^at boot +the host recovers by itself$/m.test(status), () => status);
    // one that is killed is started again
    const kill = `systemctl --user kill --kill-whom=main --signal=KILL ${watchdog}`;
    await site.host.exec(`XDG_RUNTIME_DIR=/run/user/$(id -u) ${kill}`, 'deploy');
    await demandWhole(site, live);
    return 'killed, it was started again, and undid';
  },
};

/** What the next deploy finds after all of it. */
export const goesOn: Play = {
  name: 'a deploy after all of that is done',
  play: async (site) => {
    const end = await site.deployed('Go on');
    await demandWhole(site, end.outputs['release'] ?? '');
    return end.outputs['release'] ?? '';
  },
};

const inEachPhase = (fall: Fall): readonly Play[] => Object.keys(leaves).map((phase) => fallsIn(phase, fall));

/** Reboots and power cuts in every phase, on a host whose deploy user lingers: nobody but the host acts afterwards. */
export const reboots =
  (manager: Manager) =>
  (options: ProofOptions): Promise<ProofEnd> =>
    playAll({ ...options, linger: true, manager, title: `reboots under ${manager}` }, [
      first,
      minded,
      ...inEachPhase(reboot),
      ...inEachPhase(powerCut),
      goesOn,
    ]);
