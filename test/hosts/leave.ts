import { startProxy } from '../lab/proxy.ts';
import type { WorkflowRun } from '../runner/index.ts';
import { demand } from './play.ts';
import type { Site } from './site.ts';

/** Leaves a deploy with its runner dead, and its transaction open: nothing is switched. */
export const leaveOpen = async (site: Site, run?: Partial<WorkflowRun>): Promise<void> => {
  // a network so slow that there is time between the opening and the switch
  const proxy = await startProxy(site.host.sshPort, { roundTrip: 700 });
  try {
    let dies = false;
    const show = (line: string): void => {
      if (!line.startsWith('✓ open the transaction')) return;
      // the switch is on its way through the network, and does not arrive
      proxy.freeze();
      dies = true;
      job.die();
    };
    const job = site.job({ show, ...(run === undefined ? {} : { run }) });
    const place = {
      host: `deploy@127.0.0.1:${proxy.port}`,
      'host-key': `[127.0.0.1]:${proxy.port} ${site.host.hostKey}`,
    };
    const { log } = await job.start('deploy-over-ssh', site.deploy(place)).ended;
    demand(dies, () => `the deploy ended: ${log.slice(-10).join('\n')}`);
  } finally {
    await proxy.close();
  }
  const { phase } = await site.state();
  demand(phase === 'open', () => `the transaction is ${phase} when its runner is dead, not open`);
};

/**
 * Leaves a deploy with its runner dead, in the middle of its switch, which goes on.
 * @param boots how long the application takes to come up, s: there is that much time
 * @param slow the variable by which the application is told so
 */
export const leaveSwitching = async (
  site: Site,
  boots: number,
  within: string,
  slow = 'SPINE_BOOT_DELAY',
): Promise<void> => {
  const live = (await site.state()).current;
  const job = site.job();
  const step = job.start('deploy-over-ssh', site.deploy({ 'confirm-within': within }, { [slow]: String(boots) }));
  await site.reached('switching', `[ "$(readlink ${site.base}/current)" != releases/${live} ]`);
  job.die();
  await step.ended;
};
