import { startProxy } from '../lab/proxy.ts';
import type { WorkflowRun } from '../runner/index.ts';
import { demand, wayThrough, type Way } from './play.ts';
import type { Site } from './site.ts';

/** A network in which a deploy stands still when its transaction is open, and nothing is switched. */
export type Hold = AsyncDisposable & {
  readonly way: Way;
  /** Hears the log of the step. */
  readonly show: (line: string) => void;
  /** Resolves when it stands still. */
  readonly open: Promise<undefined>;
  readonly goOn: () => void;
};

export const holdOpen = async (site: Site): Promise<Hold> => {
  // so slow that the line is seen before the switch has arrived
  const proxy = await startProxy(site.host.sshPort, { roundTrip: 700 });
  const { promise: open, resolve } = Promise.withResolvers<undefined>();
  const show = (line: string): void => {
    if (!line.startsWith('✓ open the transaction')) return;
    proxy.freeze();
    resolve(undefined);
  };
  return { way: wayThrough(site, proxy), show, open, goOn: proxy.thaw, [Symbol.asyncDispose]: proxy.close };
};

/** Leaves a deploy with its runner dead, and its transaction open: nothing is switched. */
export const leaveOpen = async (site: Site, run?: Partial<WorkflowRun>): Promise<void> => {
  await using hold = await holdOpen(site);
  const job = site.job({ show: hold.show, ...(run === undefined ? {} : { run }) });
  const step = job.start('deploy-over-ssh', site.deploy(hold.way));
  const over = await Promise.race([hold.open, step.ended]);
  demand(over === undefined, () => `the deploy ended: ${over?.log.slice(-10).join('\n') ?? ''}`);
  job.die();
  await step.ended;
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
