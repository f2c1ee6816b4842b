import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { leaveOpen, leaveSwitching } from './leave.ts';
import { demand, demandWhole, killedSwitched, playAll, type Play } from './play.ts';
import type { Site } from './site.ts';

const releaseOf = (end: StepEnd): string => end.outputs['release'] ?? '';

/** The release that the newest transaction came from. */
const before = async (site: Site): Promise<string> =>
  (await site.host.exec(`sed -n s/^previous=//p ${site.base}/.landfall/transaction`)).trim();

/** Waits until the host has undone by itself, and demands that a release serves again; gives a line about it. */
export const undoneBy = async (site: Site, live: string): Promise<string> => {
  const began = performance.now();
  const undone = `grep -qx phase=undone ${site.base}/.landfall/transaction`;
  await site.host.exec(`timeout 300 sh -c 'until ${undone}; do sleep 0.2; done'`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  await demandWhole(site, live);
  const { event } = await site.state();
  demand(event.includes('"e":"undone"'), () => `the last word of the journal is ${event}`);
  return `${live} serves again, undone ${seconds} s after the kill`;
};

/** What holds whatever runs the services. */
export const flows: readonly Play[] = [
  {
    name: 'a first deploy serves, behind nginx',
    play: async (site) => {
      const end = await site.deployed('First');
      await demandWhole(site, releaseOf(end));
      return `${releaseOf(end)} after ${end.ms} ms`;
    },
  },
  {
    name: 'a second deploy measures its gap',
    play: async (site) => {
      const end = await site.deployed('Second');
      await demandWhole(site, releaseOf(end));
      const gap = Number(end.outputs['downtime-ms']);
      demand(gap > 0 && gap < end.ms, () => `downtime-ms is ${end.outputs['downtime-ms'] ?? ''}`);
      return `gap ${gap} ms, ${end.ms} ms in all`;
    },
  },
  {
    name: 'a rollback brings the release before back',
    play: async (site) => {
      const [from, to] = [(await site.state()).current, await before(site)];
      const job = site.job();
      const end = await job.uses('rollback', { inputs: { ...site.access, to: 'previous' } });
      await job.finish();
      demand(end?.outputs['result'] === 'done', () => `the rollback is not done: ${end?.log.slice(-15).join('\n')}`);
      await demandWhole(site, to);
      return `${from} → ${to} after ${end?.ms ?? 0} ms`;
    },
  },
];

/** Runners that are killed; nobody comes after them but the host, unless the play says so. */
export const kills: readonly Play[] = [
  {
    name: 'a release that does not boot is taken back',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Break');
      const job = site.job();
      const end = await job.uses('deploy-over-ssh', site.deploy({}, { SPINE_EXIT_AT_START: '1' }));
      await job.finish();
      demand(end?.outputs['result'] === 'undone', () => `the deploy is ${end?.outputs['result'] ?? 'not'} undone`);
      // who sees it depends on how long it lives: the switch, which knows why, or the check after it
      demand(
        end?.log.some((line) => /SPINE_EXIT_AT_START is set|the check GET \/health\/ failed/.test(line)) === true,
        () => `the log does not say why: ${end?.log.slice(-20).join('\n') ?? ''}`,
      );
      await demandWhole(site, live);
      return `${live} serves again, ${end?.ms ?? 0} ms in all`;
    },
  },
  {
    name: 'a runner killed between switch and confirm: the watchdog undoes',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Be killed');
      // so long that a slow machine can look meanwhile
      await killedSwitched(site, '45s');
      const [between, armed] = [await site.serving(), await site.state()];
      demand(between !== undefined && between !== live, () => `${between ?? 'nothing'} serves when the run is killed`);
      demand(armed.phase === 'switched', () => `the transaction is ${armed.phase} when the run is killed`);
      return undoneBy(site, live);
    },
  },
  {
    name: 'a runner killed in the switch: that ends by itself, and the watchdog undoes',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Be killed in the switch');
      await leaveSwitching(site, 15, '3s');
      return undoneBy(site, live);
    },
  },
  {
    name: 'a runner killed after the opening: the same run, again, goes through',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Be killed and run again');
      const run = site.nextRun();
      await leaveOpen(site, run);
      await demandStill(site, live);
      const job = site.job({ run: { ...run, attempt: 2 } });
      const end = await job.uses('deploy-over-ssh', site.deploy());
      await job.finish();
      demand(end?.outputs['result'] === 'done', () => `it is not done: ${end?.log.slice(-15).join('\n')}`);
      await demandWhole(site, end?.outputs['release'] ?? '');
      return end?.outputs['release'] ?? '';
    },
  },
  {
    name: 'a runner killed when the host has confirmed: the release stays',
    play: async (site) => {
      site.commit('Be killed too late');
      const { number, current } = await site.state();
      const job = site.job();
      const step = job.start('deploy-over-ssh', site.deploy());
      await site.reached('confirmed', `grep -qx number=${number + 1} ${site.base}/.landfall/transaction`);
      job.die();
      await step.ended;
      const live = (await site.state()).current;
      demand(live !== current, () => `${live} is what served before`);
      await demandWhole(site, live);
      return live;
    },
  },
  {
    name: 'the runner of a rollback killed between switch and confirm: the watchdog goes back',
    play: async (site) => {
      const live = (await site.state()).current;
      const inputs = { ...site.access, to: 'previous', 'confirm-within': '5s' };
      await killedSwitched(site, '5s', (job, way) => job.start('rollback', { inputs: { ...inputs, ...way } }));
      return undoneBy(site, live);
    },
  },
];

/** The release before still serves, though a transaction is open. */
const demandStill = async (site: Site, live: string): Promise<void> => {
  const serving = await site.serving();
  demand(serving === live, () => `${serving ?? 'nothing'} serves, not ${live}`);
};

/** Deploys as a deploy user by a supervisord of its own: no root, no linger, on a host with systemd. */
export const spine = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: false, title: 'spine' }, [...flows, ...kills]);
