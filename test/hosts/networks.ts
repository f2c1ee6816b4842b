import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProxy, type Proxy, type Slowness } from '../lab/proxy.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { demand, demandWhole, playAll, switchedLine, type Play, wayThrough } from './play.ts';
import type { Site } from './site.ts';
import { undoneBy } from './spine.ts';

type Disturbance = {
  readonly slow?: Slowness;
  /** Inputs beside the usual ones. */
  readonly more?: Readonly<Record<string, string>>;
  /** The application's switches. */
  readonly faults?: Readonly<Record<string, string>>;
  /** Gets each line of the log. */
  readonly show?: (line: string) => void;
  /** What happens to the network while the deploy runs. */
  readonly meanwhile?: (proxy: Proxy) => Promise<void>;
};

/** A deploy through a network of its own. */
const deployThrough = async (
  site: Site,
  { slow = {}, more = {}, faults = {}, show, meanwhile }: Disturbance,
): Promise<StepEnd> => {
  const proxy = await startProxy(site.host.sshPort, slow);
  try {
    const job = site.job(show === undefined ? {} : { show });
    const step = job.start('deploy-over-ssh', site.deploy({ ...wayThrough(site, proxy), ...more }, faults));
    const [end] = await Promise.all([step.ended, meanwhile?.(proxy)]);
    await job.finish();
    return end;
  } finally {
    await proxy.close();
  }
};

const resultOf = ({ outputs }: StepEnd): string => outputs['result'] ?? 'nothing';

const demandDone = async (site: Site, end: StepEnd): Promise<string> => {
  demand(resultOf(end) === 'done', () => `the deploy is ${resultOf(end)}: ${end.log.slice(-20).join('\n')}`);
  const release = end.outputs['release'] ?? '';
  await demandWhole(site, release);
  return `${release} after ${(end.ms / 1000).toFixed(1)} s`;
};

/** A commit of 4 MB that nothing makes smaller. */
const commitMuch = (site: Site, subject: string): void => {
  site.repository.commit(subject, { 'static/much.txt': randomBytes(3_000_000).toString('base64') });
};

const staged = async (site: Site): Promise<readonly string[]> =>
  (await site.host.exec(`ls -A ${site.base}/staging`)).split('\n').filter((name) => name !== '');

/** Resolves when this much of an upload, in kB, has come to the host. */
const arriving = (site: Site, kilobytes: number): Promise<string> =>
  site.host.exec(
    `timeout 300 sh -c 'until [ "$(du -sk ${site.base}/staging | cut -f 1)" -gt ${kilobytes} ]; do sleep 0.05; done'`,
  );

/** How long the application boots where a network is disturbed meanwhile, s. */
const boots = { SPINE_BOOT_DELAY: '6' };

const plays: readonly Play[] = [
  {
    name: 'a first deploy over 300 ms serves',
    play: async (site) => demandDone(site, await deployThrough(site, { slow: { roundTrip: 300 } })),
  },
  {
    name: 'over 1 MB/s a release of 4 MB comes whole',
    play: async (site) => {
      commitMuch(site, 'Much');
      return demandDone(site, await deployThrough(site, { slow: { rate: 1_000_000 } }));
    },
  },
  {
    name: 'a network that goes in the upload: nothing is switched, and the next deploy goes through and leaves nothing more in staging',
    play: async (site) => {
      const live = (await site.state()).current;
      commitMuch(site, 'Much, cut off');
      const end = await deployThrough(site, {
        slow: { rate: 200_000 },
        meanwhile: async (proxy) => {
          await arriving(site, 600);
          await proxy.pause();
        },
      });
      demand(resultOf(end) === 'failed', () => `the deploy is ${resultOf(end)}: ${end.log.slice(-20).join('\n')}`);
      demand(
        end.log.some((line) => line.includes('SSH_')),
        () => `the log names no fault of the connection: ${end.log.slice(-20).join('\n')}`,
      );
      await demandWhole(site, live);
      // nobody could delete it: it stays for a week
      const left = await staged(site);
      const done = await demandDone(site, await deployThrough(site, {}));
      const more = (await staged(site)).filter((name) => !left.includes(name));
      demand(more.length === 0, () => `left in staging: ${more.join(' ')}`);
      return done;
    },
  },
  {
    name: 'a reset in the switch: the host goes on, and the run finds it again',
    play: async (site) => {
      site.commit('Be reset');
      const end = await deployThrough(site, {
        faults: boots,
        meanwhile: async (proxy) => {
          await site.reached('switching');
          proxy.reset();
        },
      });
      return demandDone(site, end);
    },
  },
  {
    name: 'a network that stalls in the switch for 4 s: the run goes on where it was',
    play: async (site) => {
      site.commit('Be stalled');
      const end = await deployThrough(site, {
        faults: boots,
        meanwhile: async (proxy) => {
          await site.reached('switching');
          proxy.freeze();
          await sleep(4000);
          proxy.thaw();
        },
      });
      return demandDone(site, end);
    },
  },
  {
    name: 'a network that is gone without a word after the switch, and back too late: the host has undone by itself, and the run says so',
    play: async (site) => {
      const live = (await site.state()).current;
      site.commit('Be cut off');
      const gone = Promise.withResolvers<undefined>();
      let said = '';
      const end = await deployThrough(site, {
        more: { 'confirm-within': '10s' },
        show: (line) => {
          if (line.includes(switchedLine)) gone.resolve(undefined);
        },
        meanwhile: async (proxy) => {
          await gone.promise;
          proxy.freeze();
          said = await undoneBy(site, live);
          proxy.thaw();
        },
      });
      demand(
        resultOf(end) === 'undone' && end.exit === 1,
        () => `the deploy is ${resultOf(end)} (exit ${end.exit ?? 'by a signal'}): ${end.log.slice(-20).join('\n')}`,
      );
      await demandWhole(site, live);
      return said;
    },
  },
];

/** Deploys through networks that are slow, stall, and are cut. */
export const networks = (options: ProofOptions): Promise<ProofEnd> =>
  playAll({ ...options, linger: false, title: 'networks' }, plays);
