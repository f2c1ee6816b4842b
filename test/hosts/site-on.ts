import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startJob, workflowRun } from '../runner/index.ts';
import type { Site } from './site.ts';
import { stateOf } from './state.ts';

const root = join(import.meta.dirname, '../..');

/** What a site is made of: a host that is set up, a repository, and what its application asks for. */
export type Grounds = Pick<
  Site,
  'host' | 'repository' | 'base' | 'url' | 'manager' | 'manage' | 'commit' | 'serving'
> & {
  /** The folder of the bundles. */
  readonly dist: string;
  /** A folder of the site's own, which goes with it. */
  readonly dir: string;
  /** The variables of each release. */
  readonly env: Readonly<Record<string, string>>;
  /** What the runner's machine has in its environment. */
  readonly runner?: Readonly<Record<string, string>>;
};

/** A runner for it, which starts the built bundles. */
export const siteOn = ({ dist, dir, env, runner = {}, ...grounds }: Grounds): Site => {
  const { host, repository, base } = grounds;
  const temp = join(dir, 'runner');
  mkdirSync(temp);
  const access = { 'ssh-key': host.key };
  let runs = 0;
  const site: Site = {
    ...grounds,
    access,
    nextRun: () => {
      runs += 1;
      return { runId: String(1000 + runs), runNumber: runs };
    },
    job: ({ run = site.nextRun(), show } = {}) =>
      startJob({
        dist,
        root,
        run: workflowRun({ sha: repository.head(), ...run }),
        workspace: repository.dir,
        temp,
        env: runner,
        ...(show === undefined ? {} : { onLine: show }),
      }),
    deploy: (more = {}, faults = {}) => ({
      inputs: {
        ...access,
        'env-file': Object.entries({ ...env, ...faults })
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
        ...more,
      },
    }),
    deployed: async (subject) => {
      site.commit(subject);
      const job = site.job();
      const ended = await job.uses('deploy-over-ssh', site.deploy());
      await job.finish();
      if (ended?.outputs['result'] !== 'done')
        throw new Error(`the deploy is not done: ${ended?.log.slice(-15).join('\n')}`);
      return ended;
    },
    state: () => stateOf(host, base),
    reached: async (phase, also = 'true') => {
      // the phase last: the one before may have been read of an older transaction
      const there = `${also} && grep -qx phase=${phase} ${base}/.landfall/transaction`;
      await host.exec(`timeout 300 sh -c 'until ${there}; do sleep 0.02; done'`);
    },
    end: async () => {
      await host.end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return site;
};
