import type { AscaiSite } from './ascai-site.ts';
import { everywhere } from './ascai.ts';
import { demand, demandWhole, type Play } from './play.ts';

/** The release before has a name in the newest transaction. */
const before = async ({ host, base }: AscaiSite): Promise<string> =>
  (await host.exec(`sed -n s/^previous=//p ${base}/.landfall/transaction`, 'deploy')).trim();

export const pushed: Play<AscaiSite> = {
  name: 'a first deploy on an empty host, a push that workflows-examples/ascai/deploy.yml hears, migrates, and serves in all four programs',
  play: async (site) => {
    const began = performance.now();
    const commit = await site.starter.run({ event: 'push', workflow: 'deploy.yml' });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const { current: live } = await site.state();
    demand(live.startsWith(`${commit.slice(0, 7)}-`), () => `${live} is live, and not of ${commit}`);
    await demandWhole(site, live);
    const count = "SELECT count(*) FROM django_migrations WHERE app = 'association'";
    const applied = await site.host.exec(`cd /; su postgres -c 'psql -At ascai_prod' <<'SQL'\n${count}\nSQL`);
    demand(applied.trim() === '2', () => `${applied.trim()} of its migrations are applied`);
    return `${await everywhere(site, live)}, ${seconds} s`;
  },
};

export const rolledBack: Play<AscaiSite> = {
  name: 'rolled back by hand with workflows-examples/ascai/rollback.yml, and Slack was told of both',
  play: async (site) => {
    const to = await before(site);
    const inputs = { to: 'previous', reason: 'It was right before' };
    await site.starter.run({ event: 'workflow_dispatch', workflow: 'rollback.yml', payload: { inputs } });
    await demandWhole(site, to);
    const line = await everywhere(site, to);
    const told = site.starter.told();
    demand(
      told.length === 2 && ['deploy-over-ssh', 'rollback'].every((action, at) => told[at]?.includes(`✅ ${action} `)),
      () => `Slack was told: ${told.join(' | ')}`,
    );
    return `${line}; ${told.join(' | ')}`;
  },
};
