/** The workflows of a starter, on the repository and the host of a site: run by act, as they are written. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinned } from '../../scripts/checks/programs.ts';
import { startVulnerabilities, writeSafetyDatabase } from '../fakes/vulnerabilities.ts';
import { webhooks } from '../fakes/webhooks.ts';
import { ensureScanners } from '../lab/scanners.ts';
import { actRunner, layOut, type Run } from '../workflows/act.ts';
import { demand } from './play.ts';
import type { Site } from './site.ts';

const root = join(import.meta.dirname, '../..');

/** Where a starter is carried out. */
export type StarterPlace = {
  /** The starter: a folder of workflows-examples. */
  readonly system: string;
  readonly site: Pick<Site, 'host' | 'repository' | 'nextRun' | 'deploy'>;
  /** What landfall.yml says, everywhere in it, and what stands for it in the lab. */
  readonly addresses: readonly (readonly [says: string | RegExp, here: string])[];
  /** The folder of the bundles, and one for what is written. */
  readonly dist: string;
  readonly dir: string;
  /** What the repository holds beside the key and the `.env`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What its commit changes beside. */
  readonly change?: Readonly<Record<string, string>>;
  /** What the runner's machine has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
};

export type Starter = {
  /** Runs one of its workflows, which must end well, on a commit that has the starter's files. Gives that commit. */
  readonly run: (given: Pick<Run, 'event' | 'workflow' | 'payload'>) => Promise<string>;
  /** What Slack was told, by the first lines of the messages that it took. */
  readonly told: () => readonly string[];
  readonly end: () => Promise<void>;
};

/** Prepares what its workflows are run with. */
export const startStarter = async ({ system, site, addresses, say, ...place }: StarterPlace): Promise<Starter> => {
  const read = (name: string): string => readFileSync(join(root, 'workflows-examples', system, name), 'utf8');
  const { host, repository } = site;
  const workflows = ['deploy.yml', 'rollback.yml'].map((name) => [`.github/workflows/${name}`, read(name)] as const);
  const description = addresses.reduce((text, [says, here]) => text.replaceAll(says, here), read('landfall.yml'));
  const files = { ...Object.fromEntries(workflows), 'landfall.yml': description, ...place.change };
  const temp = mkdtempSync(join(place.dir, 'starter-'));
  const landfall = join(temp, 'landfall');
  layOut(root, place.dist, landfall);
  const slack = await webhooks();
  // what its tests and scans are done with, and what these ask
  const python = await ensureScanners(join(root, 'test/apps', system, 'source'));
  const database = join(temp, 'safety');
  writeSafetyDatabase(database);
  const service = await startVulnerabilities();
  const env = { ...place.env, ...service.env, TEST_PYTHON: python, SAFETY_DB: database };
  return {
    run: async (given) => {
      const { path: act, problem } = pinned('act');
      if (act === undefined) throw new Error(problem);
      const runner = actRunner({ act, origin: repository.dir, landfall, temp });
      const own = readFileSync(join(repository.dir, 'landfall.yml'), 'utf8');
      const commit = repository.commit(`As the starter ${system} has it`, files);
      const secrets = {
        SSH_KEY: host.key,
        ENV_FILE: site.deploy().inputs['env-file'] ?? '',
        SLACK_WEBHOOK: slack.url('slack'),
        ...place.secrets,
      };
      const run = site.nextRun().runNumber ?? 1;
      const { ok, steps, log } = await runner({ ...given, run, secrets, env }, say);
      demand(ok, () => `${given.workflow} failed: ${steps.join('\n')}\n${log.split('\n').slice(-40).join('\n')}`);
      repository.commit('Tell nobody', { 'landfall.yml': own });
      return commit;
    },
    told: () => {
      demand(slack.refused.length === 0, () => `Slack refused ${slack.refused.join('; ')}`);
      return slack.taken.map(({ json }) => String(json['text']).split('\n')[0] ?? '');
    },
    end: async () => {
      await Promise.all([slack.close(), service.end()]);
    },
  };
};
