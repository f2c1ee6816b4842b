import { startProxy } from '../lab/proxy.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { Site } from './site.ts';
import { demand, demandWhole, killedAt, playAll, switchedLine, type Play } from './spine.ts';

/** How a host goes down and comes up again. */
const falls: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  'a reboot': ({ host }) => host.reboot(),
  'a power cut': async ({ host }) => {
    await host.powerCut();
    await host.start();
  },
};

/** Leaves a deploy with its runner dead, the host in a phase of its transaction, and whatever was at work there still at work. */
const leaves: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  open: async (site) => {
    // a network so slow that there is time between the opening and the switch
    const proxy = await startProxy(site.host.sshPort, { roundTrip: 1500 });
    try {
      const job = site.job();
      const place = {
        host: `deploy@127.0.0.1:${proxy.port}`,
        'host-key': `[127.0.0.1]:${proxy.port} ${site.host.hostKey}`,
      };
      const step = job.start('deploy-over-ssh', site.deploy(place));
      await Promise.race([
        site.reached('open'),
        step.ended.then(({ log }) => Promise.reject(new Error(`the deploy ended: ${log.slice(-10).join('\n')}`))),
      ]);
      job.die();
      await step.ended;
    } finally {
      await proxy.close();
    }
  },
  switching: async (site) => {
    const live = (await site.state()).current;
    const job = site.job();
    // the application takes so long to boot that the host goes down meanwhile
    const step = job.start('deploy-over-ssh', site.deploy({}, { SPINE_BOOT_DELAY: '20' }));
    await site.reached('switching', `[ "$(readlink ${site.base}/current)" != releases/${live} ]`);
    job.die();
    await step.ended;
  },
  switched: (site) => killedAt(site, switchedLine, { 'confirm-within': '10m' }),
  undoing: async (site) => {
    await killedAt(site, switchedLine, { 'confirm-within': '10m' });
    const { number } = await site.state();
    // a shell that is not waited for: it is to be cut
    await site.host.exec(`setsid sh ${site.base}/.landfall/undo t${number} failed >/dev/null 2>&1 &`, 'deploy');
    await site.reached('undoing');
  },
  confirmed: async (site) => {
    await site.deployed('Confirmed');
  },
};

/** One whole release serves after the host went down in a phase. */
export const fallsIn = (phase: string, fall: string): Play => ({
  name: `${fall} in the phase ${phase}: one whole release serves, by the host alone`,
  play: async (site) => {
    const before = (await site.state()).current;
    site.commit(`Fall in ${phase}`);
    await leaves[phase]?.(site);
    const found = await site.state();
    demand(found.phase === phase, () => `the host is ${found.phase} when it goes down, not ${phase}`);
    await falls[fall]?.(site);
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

export const minded: Play = {
  name: 'the watchdog and the recovery at boot are units of the deploy user’s systemd',
  play: async (site) => {
    await site.deployed('First');
    const live = (await site.state()).current;
    site.commit('Be watched');
    await killedAt(site, switchedLine, { 'confirm-within': '8s' });
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

/** Reboots and power cuts in every phase, on a host whose deploy user lingers: nobody but the host acts afterwards. */
export const reboots = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: true, title: 'reboots' }, [
    minded,
    ...Object.keys(leaves).flatMap((phase) => Object.keys(falls).map((fall) => fallsIn(phase, fall))),
    goesOn,
  ]);
