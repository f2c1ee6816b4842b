import { demandServes, seconds } from './ganglioside-demands.ts';
import type { Ganglioside } from './ganglioside-site.ts';
import { demand, type Play } from './play.ts';

export const starter: Play<Ganglioside> = {
  name: 'a tag that workflows-examples/ganglioside/deploy.yml hears is prepared, switched to and checked; rollback.yml brings the release before back; Slack was told of both',
  play: async (site) => {
    const before = await site.live();
    const payload = { ref: 'refs/tags/v2.1.0', repository: { default_branch: 'main' } };
    const began = performance.now();
    const commit = await site.starter.run({ event: 'push', workflow: 'deploy.yml', payload });
    const took = seconds(performance.now() - began);
    const release = await site.live();
    demand(release.startsWith(`${commit.slice(0, 7)}-`), () => `${release} is live, and not of ${commit}`);
    await demandServes(site, release);
    const inputs = { to: 'previous', reason: 'It was right before' };
    await site.starter.run({ event: 'workflow_dispatch', workflow: 'rollback.yml', payload: { inputs } });
    await demandServes(site, before);
    const told = site.starter.told();
    demand(
      told.length === 2 && ['deploy-over-ssh', 'rollback'].every((action, at) => told[at]?.includes(`✅ ${action} `)),
      () => `Slack was told: ${told.join(' | ')}`,
    );
    return `${release} after ${took}, then ${before}; ${told.join(' | ')}`;
  },
};
