import { setTimeout as sleep } from 'node:timers/promises';
import { tally, type ProofEnd, type ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { prepareSite, wrongWith, type Site, type SiteOptions } from './site.ts';

/** One thing that is shown on a host. Throws what does not hold; gives what is worth a line. */
export type Play = { readonly name: string; readonly play: (site: Site) => Promise<string> };

export const demand = (holds: boolean, what: () => string): void => {
  if (!holds) throw new Error(what());
};

/** One whole release serves, and it is this one. */
export const demandWhole = async (site: Site, live: string): Promise<void> => {
  const wrong = await wrongWith(site, live);
  demand(wrong.length === 0, () => wrong.join('; '));
};

const releaseOf = (end: StepEnd): string => end.outputs['release'] ?? '';

/** Starts a deploy, and kills its runner when the log comes to a line. */
export const killedAt = async (
  site: Site,
  text: string,
  more: Readonly<Record<string, string>>,
  faults: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const log: string[] = [];
  let comes: () => void = () => undefined;
  const came = new Promise<void>((resolve) => (comes = resolve));
  const job = site.job({
    show: (line) => {
      log.push(line);
      if (line.includes(text)) comes();
    },
  });
  const step = job.start('deploy-over-ssh', site.deploy(more, faults));
  const over = await Promise.race([came.then(() => false), step.ended.then(() => true)]);
  demand(!over, () => `the deploy ended before it said '${text}': ${log.slice(-10).join('\n')}`);
  job.die();
  await step.ended;
};

/** The line by which a deploy says that it has switched and is not confirmed. */
export const switchedLine = 'the host undoes by itself';

/** What holds whatever runs the services. */
export const plays: readonly Play[] = [
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
      demand(gap > 0 && gap < 30_000, () => `downtime-ms is ${end.outputs['downtime-ms'] ?? ''}`);
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
  {
    name: 'a release that does not boot is taken back',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Break');
      const job = site.job();
      const end = await job.uses('deploy-over-ssh', site.deploy({}, { SPINE_EXIT_AT_START: '1' }));
      await job.finish();
      demand(end?.outputs['result'] === 'undone', () => `the deploy is ${end?.outputs['result'] ?? 'not'} undone`);
      demand(
        end?.log.some((line) => line.includes('SPINE_EXIT_AT_START is set')) === true,
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
      await killedAt(site, switchedLine, { 'confirm-within': '15s' });
      const [between, armed] = [await site.serving(), await site.state()];
      demand(between !== undefined && between !== live, () => `${between ?? 'nothing'} serves when the run is killed`);
      demand(armed.phase === 'switched', () => `the transaction is ${armed.phase} when the run is killed`);
      const began = performance.now();
      while ((await site.state()).phase !== 'undone' && performance.now() - began < 60_000) await sleep(250);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      await demandWhole(site, live);
      const { event } = await site.state();
      demand(event.includes('"e":"undone"'), () => `the last word of the journal is ${event}`);
      return `${live} serves again, undone ${seconds} s after the kill`;
    },
  },
];

/** The release that the newest transaction came from. */
const before = async (site: Site): Promise<string> =>
  (await site.host.exec(`sed -n s/^previous=//p ${site.base}/.landfall/transaction`)).trim();

/** Plays in order on one host. After one that fails the rest would say nothing: it is not played, and counted as failed. */
export const playAll = async (
  {
    show,
    dist,
    linger,
    title,
    manager = 'supervisor',
  }: ProofOptions & Pick<SiteOptions, 'linger'> & Partial<Pick<SiteOptions, 'manager'>> & { readonly title: string },
  all: readonly Play[],
): Promise<ProofEnd> => {
  const counts = tally({ show });
  const site = await prepareSite({ dist, linger, manager, say: show });
  try {
    for (const [index, { name, play }] of all.entries()) {
      const began = performance.now();
      let why = '';
      const came = await play(site).catch((thrown: unknown) => {
        why = thrown instanceof Error ? thrown.message : String(thrown);
        return undefined;
      });
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      counts.held(`${title}: ${name}`, came !== undefined, () => why);
      if (came !== undefined) show(`${name}: ${came} (${seconds} s)`);
      else {
        show(
          (
            await site.host
              .exec(`cd ${site.base}/.landfall; sh status; tail -n 20 watch.log journal.jsonl`, 'deploy')
              .catch(String)
          ).trim(),
        );
        for (const rest of all.slice(index + 1)) counts.held(`${title}: ${rest.name}`, false, () => 'not played');
        break;
      }
    }
  } finally {
    await site.end();
  }
  return counts.end();
};

/** Deploys as a deploy user by supervisor: no root, no linger, on a host with systemd. */
export const spine = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: false, title: 'spine' }, plays);
